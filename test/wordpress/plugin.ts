import { join } from 'node:path';
import type { SeenRequest } from './front';
import { WordPressSite, type ProductData, type SiteOptions } from './site';

/** The zip that a shop owner uploads, built before the tests. */
export const PLUGIN_ZIP = join(__dirname, '..', '..', 'plugin', 'dist', 'fiko-woocommerce-sync.zip');
export const PLUGIN = 'fiko-woocommerce-sync';

/** A shop with the plugin from its zip, connected where a server is given. */
export async function startShop(
  server: { url: string; token?: string } | null,
  options: SiteOptions = {},
): Promise<WordPressSite> {
  const site = await WordPressSite.start({ plugins: [PLUGIN_ZIP], ...options });
  if (server) await connect(site, server);
  return site;
}

/** Enters address and token, as the settings page does. */
export async function connect(
  site: WordPressSite,
  { url, token }: { url: string; token?: string },
): Promise<void> {
  const { status, text } = await site.rest('POST', '/fiko-sync/v1/settings', {
    api_url: url,
    api_token: token ?? 'wc_sk_live_0123456789abcdefghijklmnopqrstuvwxyz0123',
  });
  if (status !== 200) throw new Error(`The shop could not be connected: ${text}`);
}

/** Sends products as they are now, whatever was sent before. */
export const syncNow = (site: WordPressSite, ids: number[]): Promise<unknown> =>
  site.eval(`Fiko_Outbox::note_many( array( ${ids.join(',')} ), true );
    while ( Fiko_Delivery::drain( 20 ) ) { continue; }
    return 1;`);

/** Rows of the plugin's table, by product. */
export const outbox = (site: WordPressSite): Promise<Record<string, Record<string, string>>> =>
  site.eval(`global $wpdb;
    return (object) array_column( $wpdb->get_results( 'SELECT * FROM ' . Fiko_Schema::table() . ' WHERE product_id > 0', ARRAY_A ), null, 'product_id' );`);

export const many = (count: number, data: ProductData = {}): ProductData[] =>
  Array.from({ length: count }, (_, i) => ({ name: `Product ${i}`, regular_price: '1000', ...data }));

/** As the server says of one product that it does not take what is sent of it. */
export const rejecting =
  (id: number, message = 'Not this one.') =>
  ({ route, body }: SeenRequest) => {
    const verdict = (event: { event_id: string; product: { id: number } }) => ({
      event_id: event.event_id,
      ...(event.product.id === id
        ? { status: 'rejected', errors: [{ field: 'product.name', message }] }
        : { status: 'accepted' }),
    });
    if (route === 'webhook/batch') return { status: 202, body: { results: body.events.map(verdict) } };
    if (route === 'webhook') return { status: 202, body: verdict(body) };
    return 'forward' as const;
  };
