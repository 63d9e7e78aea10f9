import { sharedReading } from './shared-reading';

describe('sharedReading', () => {
  let now: number;
  let reads: number;
  const open = (tookMs = 0, maxAgeMs = 5000) => {
    [now, reads] = [1000, 0];
    return sharedReading(
      async () => {
        reads++;
        await Promise.resolve();
        now += tookMs;
        if (reads === 3) throw new Error('away');
        return reads;
      },
      () => maxAgeMs,
      () => now,
    );
  };

  it('is one for all who ask at once', async () => {
    const read = open();
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  });

  it('serves for a while, then is made anew', async () => {
    const read = open();
    await read();
    now += 4999;
    expect(await read()).toBe(1);
    now += 1;
    expect(await read()).toBe(2);
  });

  it('serves the longer the longer it took', async () => {
    const read = open(1000);
    await read();
    now += 19_999;
    expect(await read()).toBe(1);
    now += 1;
    expect(await read()).toBe(2);
  });

  it('is not kept where it failed', async () => {
    const read = open(0, 0);
    await read();
    await read();
    await expect(read()).rejects.toThrow('away');
    expect(await read()).toBe(4);
  });
});
