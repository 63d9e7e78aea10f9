import { conditionsOf, failedOf, retryBody, withoutFailure } from './conditions';

describe('conditions of events', () => {
  it('asks for what the address says, and for whom', () => {
    expect(conditionsOf({ store_id: '3', woo_product_id: '9007199254740993' }, 5)).toEqual({
      user_id: 5,
      store_id: '3',
      woo_product_id: '9007199254740993',
    });
    expect(conditionsOf({}, undefined)).toEqual({});
  });

  it('retries all only where nothing narrows them', () => {
    expect(retryBody({})).toEqual({ status: 'failed', all: true });
    expect(retryBody(conditionsOf({ status: 'failed' }, undefined))).toEqual({ status: 'failed', all: true });
    expect(retryBody(conditionsOf({ cause: 'x', store_id: '3' }, undefined))).toEqual({
      status: 'failed',
      cause: 'x',
      store_id: 3,
    });
    expect(retryBody({ user_id: 5 })).toEqual({ status: 'failed', user_id: 5 });
  });

  it('never widens to failed events what asks for others', () => {
    expect(failedOf({ status: 'queued' })).toEqual({ status: 'queued' });
  });

  it('follows retried events by what stays with them', () => {
    expect(withoutFailure({ status: 'failed', search: 'a', cause: 'b', user_id: 5 })).toEqual({ user_id: 5 });
  });
});
