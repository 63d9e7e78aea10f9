import { webAddress } from './web-address';

describe('addresses that shops send', () => {
  it.each([
    ['https://shop.example.com/کفش', 'https://shop.example.com/%DA%A9%D9%81%D8%B4'],
    ['http://shop.example.com/1.jpg', 'http://shop.example.com/1.jpg'],
    ['javascript:alert(1)', null],
    [' JaVaScript:alert(1)', null],
    ['data:text/html,hello', null],
    ['/product/1', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%s is followed as %s', (address, followed) => {
    expect(webAddress(address)).toBe(followed);
  });
});
