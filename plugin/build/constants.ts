/** Names that WordPress knows the plugin by; the text domain is the slug, as translate.wordpress.org wants it. */
export { PLUGIN_SLUG as SLUG } from '../../src/contract/shop-plugin';

export const LOCALE = 'fa_IR';
export const PLURAL_FORMS = { count: 2, header: 'nplurals=2; plural=(n > 1);' } as const;

/** What the build may weigh; a plugin is uploaded through hosts that allow little. */
export const MAX_ZIP_BYTES = 200_000;
