import { searchableOf } from './searchable';

const chunk = (status: 'pending' | 'embedded' | 'failed', reason: string | null = null) => ({
  status,
  error_message: reason,
});

describe('whether buyers find a product', () => {
  const product = { is_active: true };

  it('does where all of its text is embedded', () => {
    expect(searchableOf(product, [chunk('embedded'), chunk('embedded')])).toEqual({ state: 'found' });
  });

  it('does not where the shop has deleted it, whatever is left of it', () => {
    expect(searchableOf({ is_active: false }, [chunk('embedded')])).toEqual({ state: 'deleted' });
  });

  it('says that nothing was made of it yet', () => {
    expect(searchableOf(product, [])).toEqual({ state: 'unread' });
  });

  it('says what failed before what waits', () => {
    expect(searchableOf(product, [chunk('pending'), chunk('failed', 'too long'), chunk('embedded')])).toEqual(
      {
        state: 'failed',
        failed: 1,
        chunks: 3,
        reason: 'too long',
      },
    );
    expect(searchableOf(product, [chunk('pending', 'quota'), chunk('embedded')])).toEqual({
      state: 'pending',
      waiting: 1,
      chunks: 2,
      reason: 'quota',
    });
  });
});
