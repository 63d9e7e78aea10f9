import { buildSync } from 'esbuild';
import { runInNewContext } from 'node:vm';
import { LOCALE } from './constants';
import { BuildError } from './fault';
import type { Texts } from './texts.type';

/** The table of a language: the default export of its module, or the one that is named like the locale. */
export function loadTexts(file: string): Texts {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
  });
  const module: { exports: Record<string, unknown> } = { exports: {} };
  runInNewContext(outputFiles[0]!.text, { module, exports: module.exports });
  const texts = module.exports.default ?? module.exports[LOCALE.toUpperCase()];
  if (typeof texts !== 'object' || texts === null) {
    throw new BuildError([`${file} must export its table as default or as ${LOCALE.toUpperCase()}`]);
  }
  // Objects of another context have other prototypes, which comparisons would tell apart.
  return JSON.parse(JSON.stringify(texts)) as Texts;
}
