import { textOf, type Markup } from './plain-text';

const text = (content: string): Markup => ({ nodeName: '#text', textContent: content, childNodes: [] });
const tag = (nodeName: string, ...children: (Markup | string)[]): Markup => ({
  nodeName,
  textContent: null,
  childNodes: children.map((child) => (typeof child === 'string' ? text(child) : child)),
});

describe('text of HTML', () => {
  it('has a line for each block, and none that is empty', () => {
    const body = tag(
      'BODY',
      tag('P', 'کفش  سبک\n برای', tag('B', ' هر روز')),
      '\n',
      tag('DIV', tag('P', 'دوم')),
    );
    expect(textOf(body, false)).toBe('کفش سبک برای هر روز\nدوم');
  });

  it('keeps lists, breaks and cells apart', () => {
    const body = tag(
      'BODY',
      tag('UL', tag('LI', 'سبک'), tag('LI', ' ')),
      tag('TABLE', tag('TR', tag('TH', 'وزن'), tag('TD', '۳۰۰ گرم'))),
      'a',
      tag('BR'),
      'b',
    );
    expect(textOf(body, false)).toBe('• سبک\nوزن | ۳۰۰ گرم\na\nb');
  });

  it('says nothing of scripts, styles and comments', () => {
    const body = tag('BODY', tag('SCRIPT', 'alert(1)'), tag('style', 'a{}'), tag('#comment', 'x'), 'خوب');
    expect(textOf(body, false)).toBe('خوب');
  });

  it('keeps the lines of text without blocks', () => {
    expect(textOf(tag('BODY', 'یک\n\n  دو\r\nسه'), true)).toBe('یک\nدو\nسه');
  });
});
