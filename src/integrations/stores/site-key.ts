/**
 * The part of a site's address that tells one shop from another: host without `www.`, port, and path. Scheme, case
 * of the host, query and a trailing slash do not count. Null for what is no http address.
 */
export function siteKey(address: string | null | undefined): string | null {
  if (!address) return null;
  const known = keys.get(address);
  if (known !== undefined) return known;
  const key = keyOf(address);
  if (keys.size >= REMEMBERED) keys.clear();
  keys.set(address, key);
  return key;
}

/** A shop says its address with each event. */
const keys = new Map<string, string | null>();
const REMEMBERED = 1000;

function keyOf(address: string): string | null {
  let url: URL;
  try {
    url = new URL(/^https?:\/\//i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
  if (!url.hostname.includes('.') && url.hostname !== 'localhost' && !url.hostname.startsWith('['))
    return null;
  const port = url.port ? `:${url.port}` : '';
  return `${url.hostname.replace(/^www\./, '')}${port}${url.pathname.replace(/\/+$/, '')}`.slice(0, 500);
}

/** WordPress names its site in the user agent of every request: `WordPress/6.7; https://shop.example.com`. */
export function siteOfUserAgent(userAgent: string | undefined): string | null {
  return /^WordPress\/[^;]*;\s*(https?:\/\/[^\s;]+)/i.exec(userAgent ?? '')?.[1] ?? null;
}

/** The host of a product's own address: weaker than a site that the shop names, since it has no path. */
export function hostOf(permalink: string | null | undefined): string | null {
  // Each product has another, which nobody asks for again.
  const key = permalink && /^https?:\/\//i.test(permalink) ? keyOf(permalink) : null;
  return key?.split('/')[0] ?? null;
}
