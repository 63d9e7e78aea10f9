import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small plugin that has one of everything that the build looks at. */
const SAMPLE: Readonly<Record<string, string>> = {
  'package.json': '{ "version": "1.2.3" }',
  'plugin/fiko-woocommerce-sync/fiko-woocommerce-sync.php': `<?php
/**
 * Plugin Name: Sample Sync
 * Description: Keeps things in step.
 * Version: 1.2.3
 */

defined( 'ABSPATH' ) || exit;

define( 'FIKO_WC_VERSION', '1.2.3' );

require __DIR__ . '/includes/class-fiko-words.php';
`,
  'plugin/fiko-woocommerce-sync/includes/class-fiko-words.php': `<?php
defined( 'ABSPATH' ) || exit;

class Fiko_Words {
	public function say( $count ) {
		echo esc_html__( 'It\\'s done', 'fiko-woocommerce-sync' );
		/* translators: %d: how many products */
		$all = sprintf( _n( '%d product', '%d products', $count, 'fiko-woocommerce-sync' ), $count );
		// translators: the state, not the verb.
		$open = _x( 'Open', 'state', 'fiko-woocommerce-sync' );
		return $all . $open . __( 'Both', 'fiko-woocommerce-sync' );
	}
}
`,
  'plugin/fiko-woocommerce-sync/readme.txt': '=== Sample ===\nStable tag: 1.2.3\n',
  'plugin/admin/settings.tsx': `import { render } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Button } from '@wordpress/components';
import { save } from './save';

const title: string = __('Settings', 'fiko-woocommerce-sync');
render(
  <>
    <Button onClick={save}>
      {
        /* translators: %s: name of the shop */
        sprintf(__('Connect %s', 'fiko-woocommerce-sync'), title)
      }
    </Button>
  </>,
  document.body,
);
`,
  'plugin/admin/save.ts': `import apiFetch from '@wordpress/api-fetch';
import { __ as translated } from '@wordpress/i18n';

export async function save(): Promise<void> {
  await apiFetch({ path: '/fiko-sync/v1/settings' });
  document.title = translated('Both', 'fiko-woocommerce-sync');
}
`,
  'plugin/admin/products.ts': `import { _n } from '@wordpress/i18n';

export const label = _n('%d waits', '%d wait', 2, 'fiko-woocommerce-sync');
document.title = label;
`,
  'plugin/admin/settings.css': '.fiko { margin-inline-start: 1px; }\n',
  'plugin/texts/fa_IR.ts': `export const FA_IR = {
  'Sample Sync': 'همگام‌سازی نمونه',
  'Keeps things in step.': 'همه چیز را هماهنگ نگه می‌دارد.',
  "It's done": 'انجام شد',
  '%d product': ['%d محصول', '%d محصول'],
  'state|Open': 'باز',
  Both: 'هر دو',
  Settings: 'تنظیمات',
  'Connect %s': 'اتصال %s',
  '%d waits': ['%d در انتظار', '%d در انتظار'],
};
`,
};

/** Writes the sample to a new folder; null leaves a file out. */
export function samplePlugin(changes: Readonly<Record<string, string | null>> = {}): {
  root: string;
  remove: () => void;
} {
  const root = mkdtempSync(join(tmpdir(), 'fiko-plugin-'));
  for (const [path, contents] of Object.entries({ ...SAMPLE, ...changes })) {
    if (contents === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** A file of the sample with one passage replaced. */
export function sampleWith(path: string, from: string, to: string): Record<string, string> {
  const contents = SAMPLE[path];
  if (!contents?.includes(from)) throw new Error(`the sample's ${path} has no ${from}`);
  return { [path]: contents.replace(from, to) };
}
