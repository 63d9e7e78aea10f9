import type { FirstAccess } from './first-start.service';

export const firstEvent = {
  event_id: 'first-event-1',
  event_type: 'product.created',
  product: {
    id: 414,
    sku: 'PROD-001',
    name: 'کفش اسپرت مردانه',
    description: '<p>کفش سبک با رویهٔ تنفسی</p>',
    price: 850000,
    regular_price: 950000,
    sale_price: 850000,
    currency: 'IRT',
    stock_status: 'instock',
    categories: ['کفش'],
    on_sale: true,
  },
} as const;

/** What the first start prints, this one time. */
export function welcome(url: string, access: FirstAccess): string {
  const shellQuoted = (value: string) => value.replaceAll("'", `'\\''`);
  return `
Fiko WooCommerce Sync runs on ${url}
  Admin panel         ${url}/admin/
  API documentation   ${url}/docs
  Health              ${url}/health/ready

Written down once and not shown again:
  Admin               ${access.email}
${access.password ? `  Password            ${access.password}\n` : ''}  Integration token   ${access.integrationToken}

Post a product as a shop does:
  curl -X POST ${url}/api/integrations/woocommerce/webhook/ -H 'Authorization: Bearer ${access.integrationToken}' -H 'Content-Type: application/json' -d '${shellQuoted(JSON.stringify(firstEvent))}'

Then find it (put the admin's password in place of PASSWORD):
  ACCESS=$(curl -s -X POST ${url}/api/v1/auth/token/ -H 'Content-Type: application/json' -d '{"email":"${shellQuoted(access.email)}","password":"${access.password ?? 'PASSWORD'}"}' | sed 's/.*"access":"\\([^"]*\\)".*/\\1/')
  curl -s -G ${url}/api/v1/web-knowledge/search/ -H "Authorization: Bearer $ACCESS" --data-urlencode 'q=کفش اسپرت'

`;
}

/** What every later start prints. */
export const greeting = (url: string): string =>
  `\nFiko WooCommerce Sync runs on ${url} (panel: ${url}/admin/, documentation: ${url}/docs). Stop it with Ctrl+C.\n\n`;

/** What a process prints that is a worker only. */
export const workerGreeting = (url: string | null): string =>
  `\nFiko WooCommerce Sync works as a worker${url ? ` (health: ${url}/health/ready)` : ''}. Stop it with Ctrl+C.\n\n`;
