import { productEvent, type TestApp, type TestUser } from '../support/test-app';
import { allowProducts, refuseProduct } from '../support/event-log';

/** What the panel shows in tests: two owners, one with two shops, events of every state. */
export interface Catalogue {
  staff: TestUser;
  owner: TestUser;
  other: TestUser;
  token: string;
  otherToken: string;
}

/** What shops, tokens and products are called, whatever language the panel speaks. */
export const NAMES = [
  'کفش پیاده‌روی مدل',
  'کفش کوهنوردی با رنگ و سایز',
  'کفشی که پذیرفته نمی‌شود',
  'چای سیاه لاهیجان ۵۰۰ گرمی',
  'فروشگاه کفش',
  'kafsh.example.com',
  'chai.example.com',
  'the product woo_66 is refused',
];

/** Of those who sent. */
export const AGENT = 'node';

const SHOE_SHOP = 'https://kafsh.example.com';
const TEA_SHOP = 'https://chai.example.com';

const shoe = (id: number) => ({
  id,
  sku: `KF-${id}`,
  name: `کفش پیاده‌روی مدل ${id}`,
  price: 850_000 + 10_000 * id,
  regular_price: id % 3 === 0 ? 950_000 + 10_000 * id : 850_000 + 10_000 * id,
  sale_price: id % 3 === 0 ? 850_000 + 10_000 * id : null,
  on_sale: id % 3 === 0,
  stock_quantity: id % 4 === 0 ? 0 : id,
  stock_status: id % 4 === 0 ? 'outofstock' : 'instock',
  image: `https://kafsh.example.com/${id}.jpg`,
  permalink: `https://kafsh.example.com/product/${id}/`,
});

const VARIABLE = {
  id: 90,
  sku: 'KF-90',
  name: 'کفش کوهنوردی با رنگ و سایز',
  type: 'variable',
  price: '1250000',
  attributes: [
    { name: 'رنگ', options: ['مشکی', 'قهوه‌ای'] },
    { name: 'سایز', options: ['41', '42'] },
  ],
  variations: ['مشکی', 'قهوه‌ای'].flatMap((color, row) =>
    ['41', '42'].map((size, column) => ({
      id: 91 + 2 * row + column,
      sku: `KF-90-${row}${column}`,
      price: String(1_250_000 + 50_000 * (row + column)),
      stock_status: row === 1 && column === 1 ? 'outofstock' : 'instock',
      stock_quantity: row === 1 && column === 1 ? 0 : 5,
      status: 'publish',
      attributes: [
        { name: 'رنگ', option: color },
        { name: 'سایز', option: size },
      ],
    })),
  ),
};

const TEA = {
  id: 12,
  sku: 'CH-12',
  name: 'چای سیاه لاهیجان ۵۰۰ گرمی',
  description: '<p>چای بهارهٔ لاهیجان، بدون اسانس.</p>',
  price: '2450000',
  regular_price: '2450000',
  sale_price: null,
  on_sale: false,
  currency: 'IRR',
  categories: ['چای'],
  tags: [],
};

const ANOTHER = {
  id: 7,
  name: 'Lamp of another owner',
  short_description: 'A lamp',
  description: 'A lamp for the desk',
  categories: ['Lamps'],
  tags: [],
};

/** Resolves once all but the failed events are processed and searchable. */
export async function fillCatalogue(app: TestApp, shoes = 24): Promise<Catalogue> {
  const [staff, owner, other] = [
    await app.createUser({ staff: true }),
    await app.createUser(),
    await app.createUser(),
  ];
  const { secret: token } = await app.createToken(owner, { name: 'فروشگاه کفش' });
  const { secret: otherToken } = await app.createToken(other, { name: 'Another shop' });
  const send = async (secret: string, product: Record<string, unknown>, url: string, envelope = {}) => {
    const { status } = await app.webhook(secret, productEvent(product, { store: { url }, ...envelope }));
    if (status !== 202) throw new Error(`event not accepted: ${status}`);
  };
  for (let id = 1; id <= shoes; id++)
    await send(token, shoe(id), SHOE_SHOP, { event_type: 'product.created' });
  await send(token, VARIABLE, SHOE_SHOP, { event_type: 'product.created' });
  await send(token, TEA, TEA_SHOP, { event_type: 'product.created' });
  await send(otherToken, ANOTHER, 'https://other.example.com');
  await app.idle();
  await send(token, { ...shoe(2), price: 799_000, regular_price: 799_000 }, SHOE_SHOP);
  await send(token, { id: 3 }, SHOE_SHOP, { event_type: 'product.deleted' });
  await refuseProduct(app, 'woo_66', 'P0001');
  await send(token, { ...shoe(66), name: 'کفشی که پذیرفته نمی‌شود' }, SHOE_SHOP);
  await app.idle();
  await allowProducts(app);
  return { staff, owner, other, token, otherToken };
}
