import { follow, startTyping } from './typing';

describe('follow', () => {
  it('keeps the space before the next word', () => {
    const typing = { text: 'red ', known: '', asked: 'red' };
    expect(follow(typing, 'red')).toEqual({ text: 'red ', known: 'red', asked: 'red' });
  });

  it('takes what another changed', () => {
    const typing = { text: 'red ', known: 'red', asked: 'red' };
    expect(follow(typing, '')).toEqual(startTyping(''));
    expect(follow(follow(typing, ''), 'red')).toEqual(startTyping('red'));
  });
});
