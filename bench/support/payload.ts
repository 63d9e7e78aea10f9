const SENTENCES = [
  'این محصول از بهترین مواد اولیه ساخته شده و برای استفادهٔ روزانه بسیار مناسب است.',
  'رویهٔ تنفسی و زیرهٔ نرم آن پیاده‌روی طولانی را آسان می‌کند.',
  'شستن آن با آب سرد و مایع ملایم توصیه می‌شود و رنگ آن ثابت می‌ماند.',
  'ارسال به سراسر کشور در بسته‌بندی محکم، با هفت روز ضمانت بازگشت کالا.',
];
const WORDS = [
  'کفش',
  'کیف',
  'پیراهن',
  'چراغ',
  'میز',
  'صندلی',
  'قابلمه',
  'فرش',
  'ساعت',
  'کتاب',
  'دوربین',
  'پتو',
];
/** Bytes of one event, as the goals have it. */
export const EVENT_BYTES = 3000;

const word = (seed: number): string => WORDS[seed % WORDS.length]!;

/** The product of a number: its text depends on it, and its price on how often it was repriced. */
export function productOf(id: number, revision = 0): Record<string, unknown> {
  const price = 100_000 + ((id * 7919) % 90_000) * 1000 + revision * 1000;
  return {
    id,
    sku: `SKU-${id}`,
    name: `${word(id)} ${word(id * 5 + 3)} مدل ${id}`,
    short_description: `${SENTENCES[id % 4]} کد ${(id * 31) % 9973}`,
    description: '',
    price,
    regular_price: price + 50_000,
    sale_price: price,
    currency: 'IRT',
    stock_quantity: id % 40,
    stock_status: id % 9 === 0 ? 'outofstock' : 'instock',
    categories: [word(id), 'فروش ویژه'],
    tags: ['ورزشی', word(id * 3 + 1)],
    image: `https://shop.example.com/images/${id}.jpg`,
    gallery: [`https://shop.example.com/images/${id}-2.jpg`, `https://shop.example.com/images/${id}-3.jpg`],
    permalink: `https://shop.example.com/product/${id}/`,
    type: 'simple',
    on_sale: true,
    date_modified: '2025-11-10T09:30:00+00:00',
  };
}

/** One event as the plugin sends it, of `EVENT_BYTES` bytes. */
export function eventOf(id: number, eventId: string, revision = 0): string {
  const product = productOf(id, revision);
  const body = () => JSON.stringify({ event_id: eventId, event_type: 'product.updated', product });
  let description = '';
  for (let i = 0; ; i++) {
    const next = `<p>${SENTENCES[(id + i) % 4]} ${word(id * 11 + i * 7)} ${(id * 17 + i * 13) % 997}</p>`;
    product.description = description + next;
    if (Buffer.byteLength(body()) > EVENT_BYTES) break;
    description += next;
  }
  product.description = description;
  product.description = description + ' '.repeat(Math.max(0, EVENT_BYTES - Buffer.byteLength(body())));
  return body();
}
