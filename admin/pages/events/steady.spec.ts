import { hold } from './steady';

describe('rows that are held', () => {
  const row = (id: number, state = 'queued') => ({ id, state });

  it('stay in their places, with what became of them, and count what is new', () => {
    expect(hold([row(3), row(2), row(1)], [row(5), row(4), row(3, 'processed')])).toEqual({
      rows: [row(3, 'processed'), row(2), row(1)],
      fresh: 2,
    });
  });

  it('does not take older rows for new, where some have left the list', () => {
    expect(hold([row(9), row(8)], [row(8), row(7)])).toEqual({ rows: [row(9), row(8)], fresh: 0 });
  });
});
