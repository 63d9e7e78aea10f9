import { inTurns } from './turns';

/** Keeps the process for so many milliseconds. */
function spend(ms: number): void {
  for (const endsAt = performance.now() + ms; performance.now() < endsAt;);
}

describe('work in turns', () => {
  it('is done for each in order, with its place', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => index * 3);
    expect(await inTurns(items, (item, index) => [item, index])).toEqual(
      items.map((item, index) => [item, index]),
    );
    expect(await inTurns([], () => 1)).toEqual([]);
  });

  it('lets others have the process between two', async () => {
    const log: string[] = [];
    let isOver = false;
    const other = () => {
      if (log.at(-1) !== 'other') log.push('other');
      if (!isOver) setImmediate(other);
    };
    setImmediate(other);
    await inTurns(['one', 'two', 'three'], (name) => {
      spend(5);
      log.push(name);
    });
    isOver = true;
    expect(log).toEqual(['one', 'other', 'two', 'other', 'three']);
  });

  it('ends with the first that fails', async () => {
    const done: number[] = [];
    const work = inTurns([1, 2, 3], (item) => {
      if (item === 2) throw new Error('no two');
      done.push(item);
    });
    await expect(work).rejects.toThrow('no two');
    expect(done).toEqual([1]);
  });
});
