import { runInNewContext } from 'node:vm';
import { facet, htmlToText, toDocument, type ProductContent } from './product-document';

describe('htmlToText', () => {
  it.each([
    ['plain text', '  کفش ورزشی  ', 'کفش ورزشی'],
    ['text with angle brackets', 'سایز 3 < 5 و 7 > 2', 'سایز 3 < 5 و 7 > 2'],
    ['paragraphs', '<p>یک</p><p>دو</p>', 'یک\n\nدو'],
    ['line breaks', 'یک<br>دو<br />سه', 'یک\nدو\nسه'],
    ['a list', '<ul><li>نرم</li><li>سبک</li></ul>', '- نرم\n- سبک'],
    ['a numbered list', '<ol><li>نرم</li><li>سبک</li></ol>', '1. نرم\n2. سبک'],
    ['headings, in their own case', '<h1>Air Max</h1><h3>ویژگی</h3><p>نرم</p>', 'Air Max\n\nویژگی\n\nنرم'],
    ['named entities', 'a &amp; b &lt;c&gt; &quot;d&quot; &laquo;e&raquo;', 'a & b <c> "d" «e»'],
    ['numeric entities', '&#1705;&#x641;&#1588;', 'کفش'],
    ['the entity of a half-space', 'کفش&zwnj;ها', 'کفش\u200cها'],
    ['hard spaces', 'کفش&nbsp;&nbsp;نو', 'کفش نو'],
    ['bold and links', '<b>کفش</b> <a href="https://x.example.com/secret">نو</a>', 'کفش نو'],
    ['images', 'کفش<img src="https://x.example.com/a.jpg" alt="عکس">نو', 'کفشنو'],
    ['scripts', 'کفش<script>alert("x < y")</script> نو', 'کفش نو'],
    ['styles', '<style>.a > b { color: red }</style>کفش', 'کفش'],
    ['comments', 'کفش<!-- wp:paragraph {"a":1} --> نو', 'کفش نو'],
    ['frames, forms and drawings', '<iframe>a</iframe><form>b</form><svg><text>c</text></svg>کفش', 'کفش'],
    ['a shortcode', '[gallery ids="1,2" size=\'big\' x=1]کفش', 'کفش'],
    ['a pair of shortcodes', '[vc_row css=".a{}"]کفش[/vc_row]', 'کفش'],
    ['a shortcode that closes itself', 'کفش [br /] نو', 'کفش نو'],
    ['Persian in brackets, which stays', 'کفش [سایز ۴۲] <b>نو</b>', 'کفش [سایز ۴۲] نو'],
    ['brackets of digits, which stay', '<b>کفش</b> [42]', 'کفش [42]'],
    ['unclosed tags', '<div><p>یک<p>دو<b>سه', 'یک\n\nدوسه'],
    ['a tag that never ends', 'کفش <a href="x', 'کفش'],
    ['many empty paragraphs', '<p>یک</p><p></p><p>&nbsp;</p><p>دو</p>', 'یک\n\nدو'],
    ['nothing but markup', '<div><span></span></div>', ''],
    ['nothing', '', ''],
  ])('%s', (_, html, expected) => {
    expect(htmlToText(html)).toBe(expected);
  });

  it('keeps the cells of a table in their rows', () => {
    const html =
      '<table><tr><th>Colour</th><th>جنس</th></tr><tr><td>مشکی</td><td>چرم</td></tr></table><p>پایان</p>';
    const lines = htmlToText(html).split('\n').filter(Boolean);
    expect(lines).toEqual(['Colour جنس', 'مشکی چرم', 'پایان']);
  });

  it('keeps nested lists in order', () => {
    const text = htmlToText('<ul><li>یک<ul><li>دو</li></ul></li><li>سه</li></ul>');
    expect(text.match(/یک|دو|سه/g)).toEqual(['یک', 'دو', 'سه']);
  });

  it.each([
    ['div', 1, '<div>', '</div>'],
    ['span', 1, '<span>', '</span>'],
    ['list', 2, '<ul><li>', '</li></ul>'],
    ['table', 3, '<table><tr><td>', '</td></tr></table>'],
    ['unclosed quote', 1, '<blockquote>', ''],
  ])('survives 50,000 levels of %s', (_, levels, open, close) => {
    const times = Math.ceil(50_000 / levels);
    const html = `<p>کفش</p>${open.repeat(times)}x${close.repeat(times)}`;
    expect(htmlToText(html)).toContain('کفش');
  });

  it('has neither scripts nor entities of markup that is nested beyond measure', () => {
    const html = `${'<div>'.repeat(5000)}کفش<script>alert(1)</script><style>.a{}</style> a &amp; b${'</div>'.repeat(5000)}`;
    expect(htmlToText(html)).not.toMatch(/alert|\.a\{|&amp;/);
  });

  it('keeps the lines of a list whose items have no end tags, as HTML allows', () => {
    const text = htmlToText(`<ul>${'<li>نرم'.repeat(600)}</ul>`);
    expect(text.split('\n')).toEqual(Array.from({ length: 600 }, () => '- نرم'));
  });

  // A shop can send these; the event loop of the whole server would stand still. `vm` breaks off what takes too long.
  it.each([
    ['a shortcode with quotes that never close', `[a${' x="'.repeat(5000)}`],
    ['shortcodes within values of shortcodes', `[a${' x=[a'.repeat(100_000)}`],
    ['brackets that never close', '['.repeat(500_000)],
    ['a bracket with many spaces', `[a${' '.repeat(500_000)}`],
    ['angle brackets that never close', '<'.repeat(500_000)],
    ['tags that never end', '<a '.repeat(200_000)],
    ['ampersands', '&'.repeat(500_000)],
    ['a cell over a hundred million columns', '<table><tr><td colspan="100000000">کفش</td></tr></table>'],
    ['a cell over a hundred million rows', '<table><tr><td rowspan="100000000">کفش</td></tr></table>'],
    [
      'five hundred cells over a thousand columns each',
      `<table><tr>${'<td colspan="1000">x</td>'.repeat(500)}</tr></table>`,
    ],
    ['hundreds of thousands of tags that stay open', '<b>'.repeat(330_000)],
    ['tags that stay open between end tags of nothing', '<b></x>'.repeat(140_000)],
    ['a list that starts far up', '<ol start="999999999999"><li>کفش</li></ol>'],
    ['spaces and new lines', `<b>${' \n'.repeat(300_000)}</b>`],
  ])('finishes soon with %s', (_, html) => {
    const run = () =>
      runInNewContext('htmlToText(html)', { htmlToText, html }, { timeout: 20_000 }) as string;
    expect(typeof run()).toBe('string');
  });
});

const content: ProductContent = {
  title: ' کفش اسپرت ',
  sku: 'PROD-001',
  brand: 'نایک',
  categories: ['کفش', 'مردانه'],
  tags: ['ورزشی'],
  attributes: [{ name: 'رنگ', options: ['مشکی', 'سفید'] }],
  shortDescription: '<p>سبک</p>',
  description: '<p>رویهٔ <b>تنفسی</b></p>',
};
const empty: ProductContent = {
  title: 'کفش',
  sku: null,
  brand: null,
  categories: [],
  tags: [],
  attributes: [],
  shortDescription: '',
  description: '',
};

describe('toDocument', () => {
  it('states the facts, then the short text, then the long one', () => {
    expect(toDocument(content)).toMatchObject({
      title: 'کفش اسپرت',
      body: [
        'SKU: PROD-001\nبرند: نایک\nدسته‌بندی: کفش، مردانه\nبرچسب: ورزشی\nرنگ: مشکی، سفید',
        'سبک',
        'رویهٔ تنفسی',
      ].join('\n\n'),
    });
  });

  it('has no body where there is no more than a title', () => {
    expect(toDocument(empty)).toEqual({
      title: 'کفش',
      body: '',
      search: { title: 'کفش', text: 'کفش', facets: [] },
    });
  });

  it('says a text once that stands in both descriptions', () => {
    const { body } = toDocument({ ...empty, shortDescription: '<p>سبک</p>', description: 'سبک' });
    expect(body).toBe('سبک');
  });

  it('has neither link nor image of the description', () => {
    const description =
      '<a href="https://shop.example.com/buy">خرید</a><img src="https://shop.example.com/a.jpg" alt="x">';
    const { body, search } = toDocument({ ...empty, description });
    expect(body).toBe('خرید');
    expect(search.text).not.toContain('example');
  });

  it('never holds price, stock, link or images, even where it is handed a whole product', () => {
    const product = {
      ...content,
      price: '111222',
      originalPrice: '333444',
      stockQuantity: '555666',
      stockStatus: 'instock',
      link: 'https://shop.example.com/product/shoe',
      mainImage: 'https://shop.example.com/shoe.jpg',
      images: ['https://shop.example.com/shoe.jpg'],
    };
    expect(toDocument(product)).toEqual(toDocument(content));
    expect(JSON.stringify(toDocument(product))).not.toMatch(/111222|333444|555666|instock|example\.com/);
  });

  it('is searched by text whose spelling variants have met', () => {
    const arabic = { ...content, title: 'كفش‌ اسپرت', description: 'رويه تنفسي ۴۲' };
    const persian = { ...content, title: 'کفش اسپرت', description: 'رویه تنفسی 42' };
    expect(toDocument(arabic).search.text).toBe(toDocument(persian).search.text);
    expect(toDocument(persian).search.text).toContain('prod-001');
  });

  it('lists what it can be filtered by', () => {
    expect(toDocument(content).search.facets).toEqual(
      expect.arrayContaining(['category:کفش', 'category:مردانه', 'tag:ورزشی', 'brand:نایک']),
    );
    expect(toDocument(empty).search.facets).toEqual([]);
  });
});

describe('facet', () => {
  it('meets spelling variants, and keeps kinds apart', () => {
    expect(facet('category', 'كفش‌هاي مردانه')).toBe(facet('category', 'کفش های مردانه'));
    expect(facet('tag', 'کفش')).not.toBe(facet('brand', 'کفش'));
  });
});
