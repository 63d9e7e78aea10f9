import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { KEYS, readConfig, SECRET_KEYS, type Config } from './config';
import type { Key } from './keys';
import { StartError } from './start-error';

/** The environment as `doctor` looks at it: all that is wrong at once, and not the first of it. */
export interface Inspection {
  /** Null where a setting is wrong. */
  config: Config | null;
  /** A sentence for each setting that is wrong. */
  problems: string[];
  /** Names of the settings that have a value, in the environment or in `.env`. */
  set: ReadonlySet<string>;
  /** Null where there is none. `mode`: its permissions. `names`: what it sets. */
  file: { path: string; mode: number; names: string[] } | null;
  /** Values that must not be printed. */
  secrets: string[];
  /** Names of variables by which programs are told of a proxy. */
  proxies: string[];
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** Reads the environment, and `.env` of the working directory below it, and leaves both as they are. */
export function inspectEnvironment(): Inspection {
  const problems: string[] = [];
  let file: Inspection['file'] = null;
  let ofFile: NodeJS.Dict<string> = {};
  try {
    const { mode } = statSync('.env');
    ofFile = parseEnv(readFileSync('.env', 'utf8'));
    file = { path: resolve('.env'), mode: mode & 0o777, names: Object.keys(ofFile) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') problems.push(`The file .env cannot be read (${code ?? 'unknown error'}).`);
  }
  const environment = { ...ofFile, ...process.env };
  const found = [...problems, ...problemsOf(environment)];
  return {
    config: found.length === 0 ? readConfig(environment) : null,
    problems: found,
    set: new Set(Object.keys(KEYS).filter((name) => (environment[name]?.trim() ?? '') !== '')),
    file,
    secrets: secretsOf(environment),
    proxies: PROXY_VARIABLES.filter((name) => environment[name]),
  };
}

/** A sentence for each setting that is wrong; where each is right, for what is impossible of all together. */
export function problemsOf(environment: Record<string, string | undefined>): string[] {
  const problems = Object.entries(KEYS as Record<string, Key<unknown>>).flatMap(([name, key]) => {
    const raw = environment[name]?.trim();
    return complaintOf(() => key.read(name, raw === '' ? undefined : raw));
  });
  return problems.length > 0 ? problems : complaintOf(() => readConfig(environment));
}

function complaintOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [error.message];
  }
}

/**
 * The values of secret settings; of an address only that with a password, and the password by itself. Longest first, to
 * replace them by.
 */
export function secretsOf(environment: Record<string, string | undefined>): string[] {
  const values = SECRET_KEYS.flatMap((name) => {
    const value = environment[name]?.trim() ?? '';
    if (!/^[a-z]+:\/\//.test(value)) return [value];
    const password = /^[a-z]+:\/\/[^/@:]*:(.*)@/.exec(value)?.[1];
    return password === undefined ? [] : [value, password, decoded(password)];
  });
  return [...new Set(values)].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
