import { BlockList, isIP } from 'node:net';
import { StartError } from './start-error';

/** One setting of the environment: how it is read, and what `.env.example` says of it. */
export interface Key<T> {
  section: string;
  /** One sentence, without its full stop. */
  doc: string;
  /** What `.env.example` adds in brackets; empty where nothing is to be added. */
  hint: string;
  /** What a value must be, for the reference. */
  allowed: string;
  /** What stands in `.env.example`; empty where there is no default. */
  example: string;
  read(name: string, raw: string | undefined): T;
}

/** Names the key and the rule, never the value: it may be a secret. */
export function invalid(name: string, rule: string): never {
  throw new StartError(`Invalid configuration: ${name} must be ${rule}.`);
}

export function integer(
  section: string,
  doc: string,
  fallback: number,
  range: { min: number; max: number },
): Key<number> {
  return {
    section,
    doc,
    hint: `${range.min} to ${range.max}`,
    allowed: `whole number, ${range.min} to ${range.max}`,
    example: String(fallback),
    read(name, raw) {
      if (raw === undefined) return fallback;
      const value = /^\d{1,15}$/.test(raw) ? Number(raw) : NaN;
      if (!(value >= range.min && value <= range.max)) {
        invalid(name, `a whole number from ${range.min} to ${range.max}`);
      }
      return value;
    },
  };
}

/** A number with or without decimal places. */
export function decimal(
  section: string,
  doc: string,
  fallback: number,
  range: { min: number; max: number },
): Key<number> {
  return {
    section,
    doc,
    hint: `${range.min} to ${range.max}`,
    allowed: `number, ${range.min} to ${range.max}`,
    example: String(fallback),
    read(name, raw) {
      if (raw === undefined) return fallback;
      const value = /^\d{1,9}(\.\d{1,9})?$/.test(raw) ? Number(raw) : NaN;
      if (!(value >= range.min && value <= range.max)) {
        invalid(name, `a number from ${range.min} to ${range.max}`);
      }
      return value;
    },
  };
}

export function optionalInteger(
  section: string,
  doc: string,
  range: { min: number; max: number },
): Key<number | null> {
  const key = integer(section, doc, 0, range);
  return { ...key, example: '', read: (name, raw) => (raw === undefined ? null : key.read(name, raw)) };
}

/** What a text must be, as a test and in words. */
export interface Rule {
  test: (value: string) => boolean;
  says: string;
}

export function text(section: string, doc: string, fallback: string, rule?: Rule): Key<string> {
  const key = optionalText(section, doc, rule);
  return { ...key, example: fallback, read: (name, raw) => key.read(name, raw) ?? fallback };
}

export function optionalText(section: string, doc: string, rule?: Rule): Key<string | null> {
  return {
    section,
    doc,
    hint: '',
    allowed: rule?.says ?? 'text',
    example: '',
    read(name, raw) {
      if (raw === undefined) return null;
      if (rule && !rule.test(raw)) invalid(name, rule.says);
      return raw;
    },
  };
}

export function choice<const T extends string>(
  section: string,
  doc: string,
  values: readonly T[],
  fallback: NoInfer<T>,
): Key<T> {
  return {
    section,
    doc,
    hint: values.join(', '),
    allowed: `one of ${values.join(', ')}`,
    example: fallback,
    read(name, raw) {
      if (raw === undefined) return fallback;
      return values.find((value) => value === raw) ?? invalid(name, `one of ${values.join(', ')}`);
    },
  };
}

export function optionalChoice<const T extends string>(
  section: string,
  doc: string,
  values: readonly T[],
): Key<T | null> {
  const key = choice(section, doc, values, values[0]!);
  return { ...key, example: '', read: (name, raw) => (raw === undefined ? null : key.read(name, raw)) };
}

/** Some of a few words, separated by commas; all of them by default. */
export function choices<const T extends string>(
  section: string,
  doc: string,
  values: readonly T[],
): Key<readonly T[]> {
  const says = `one or more of ${values.join(', ')}, separated by commas`;
  const key = list(section, doc, { test: (item) => values.some((value) => value === item), says });
  return {
    section,
    doc,
    hint: says,
    allowed: says,
    example: values.join(','),
    read(name, raw) {
      if (raw === undefined) return values;
      const chosen = key.read(name, raw);
      if (chosen.length === 0) invalid(name, says);
      return values.filter((value) => chosen.includes(value));
    },
  };
}

export function list(section: string, doc: string, rule: Rule): Key<string[]> {
  return {
    section,
    doc,
    hint: 'separated by commas',
    allowed: `${rule.says}, separated by commas`,
    example: '',
    read(name, raw) {
      const items = (raw ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
      if (!items.every(rule.test)) invalid(name, rule.says);
      return items;
    },
  };
}

/** What is taken for an e-mail: whether it is one, only a letter to it would tell. */
export const isEmail = (value: string): boolean => /^[^\s@]+@[^\s@]+$/.test(value) && value.length <= 254;

/** True for an IPv4 or IPv6 address, alone or with a prefix length. */
export function isAddressOrCidr(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** A set of addresses and networks to test client addresses against. */
export function addressSet(entries: readonly string[]): { contains(address: string): boolean } {
  const block = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(prefix), family);
  }
  return {
    contains(address) {
      const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
      const family = isIP(plain);
      return family !== 0 && block.check(plain, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}
