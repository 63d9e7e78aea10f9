import { registerDecorator, ValidateIf } from 'class-validator';
import { isAddressOrCidr, isEmail } from '../config/keys';
import type { MessageKey, MessageValues } from '../i18n/messages';

/**
 * The rules that DTOs are written with, on top of class-validator. Each is named by the message it fails with, and
 * some turn the accepted value into its type (`coerce`), so that one decorator serves JSON bodies and query strings.
 * They are also kept here, since class-validator takes some 30 µs an object: a thousand variations are a thousand.
 */
type Coerce = (value: unknown) => unknown;
type Check = (value: unknown) => boolean;

interface Rule {
  message: MessageKey;
  values: MessageValues;
  check: Check;
}

/** What is to hold of one field of a DTO. */
export interface FieldRules {
  field: string;
  /** The rules are held against a value only where all of these hold of it. */
  conditions: Check[];
  rules: Rule[];
  coerce: Coerce | null;
}

const declared = new WeakMap<object, Map<string, FieldRules>>();

function declare(prototype: object, field: string): FieldRules {
  const fields = declared.get(prototype) ?? new Map<string, FieldRules>();
  declared.set(prototype, fields);
  const own = fields.get(field) ?? { field, conditions: [], rules: [], coerce: null };
  fields.set(field, own);
  return own;
}

/**
 * What is to hold of each field of a DTO, its own fields first. As with class-validator, rules that the class itself
 * gives a field stand in place of those of all its ancestors, and so do its conditions.
 */
export function fieldRulesOf(dto: new () => object): FieldRules[] {
  const own = declared.get(dto.prototype as object) ?? new Map<string, FieldRules>();
  const all = new Map([...own].map(([field, rules]) => [field, { ...rules }]));
  for (const fields of ancestorsOf(dto.prototype as object).map((prototype) => declared.get(prototype))) {
    for (const [field, { conditions, rules, coerce }] of fields ?? []) {
      const given = all.get(field) ?? { field, conditions: [], rules: [], coerce: null };
      all.set(field, {
        field,
        conditions: own.get(field)?.conditions.length
          ? given.conditions
          : [...given.conditions, ...conditions],
        rules: own.get(field)?.rules.length ? given.rules : [...given.rules, ...rules],
        coerce: own.get(field)?.coerce ?? coerce ?? given.coerce,
      });
    }
  }
  return [...all.values()];
}

/** From the furthest on. */
function ancestorsOf(prototype: object): object[] {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent === null ? [] : [...ancestorsOf(parent), parent];
}

function rule(
  message: MessageKey,
  check: Check,
  values: MessageValues = {},
  coerce?: Coerce,
): PropertyDecorator {
  return (target, key) => {
    const propertyName = String(key);
    registerDecorator({
      name: message,
      target: target.constructor,
      propertyName,
      options: { context: values },
      validator: { validate: check, defaultMessage: () => message },
    });
    const own = declare(target, propertyName);
    own.rules.push({ message, values, check });
    if (coerce) own.coerce = coerce;
  };
}

const onlyWhere =
  (condition: Check): PropertyDecorator =>
  (target, key) => {
    ValidateIf((_, value) => condition(value))(target, key);
    declare(target, String(key)).conditions.push(condition);
  };

/** Passes when the value is undefined, null or "": WooCommerce sends all three for "not set". */
export const OptionalField = () =>
  onlyWhere((value) => value !== undefined && value !== null && value !== '');

/** Passes when the value is absent; null and "" are checked. */
export const MayBeAbsent = () => onlyWhere((value) => value !== undefined);

const isText = (value: unknown, max: number, min = 0): value is string =>
  typeof value === 'string' && value.length <= max && value.trim().length >= min;

/** Text of a shop, taken as it comes: what cannot be stored is cleaned away later rather than refused. */
export const ShopText = (max: number) => rule('field_text', (value) => isText(value, max), { max });

const STORABLE = /^[^\0\p{Cs}]*$/u;

export const Text = (max: number) =>
  rule('field_text', (value) => isText(value, max) && STORABLE.test(value), { max });

export const RequiredText = (max: number) =>
  rule('field_text_required', (value) => isText(value, max, 1) && STORABLE.test(value), { max });

const CONTROL = /\p{Cc}|\p{Cs}/u;

/** Text that is stored as it is and compared: no control characters, no half of a surrogate pair. */
export const Identifier = (max: number) =>
  rule('field_identifier', (value) => isText(value, max, 1) && !CONTROL.test(value), { max });

export const Choice = (values: readonly string[]) =>
  rule('field_choice', (value) => typeof value === 'string' && values.includes(value), {
    values: values.join(', '),
  });

export const MAX_PRODUCT_ID = 9223372036854775807n;

/** A WooCommerce product id: a positive 64-bit integer, as a number or as digits. */
export function isProductId(value: unknown): value is number | string {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0;
  if (typeof value !== 'string' || !/^[1-9]\d{0,18}$/.test(value)) return false;
  return BigInt(value) <= MAX_PRODUCT_ID;
}

/** Becomes a string of digits. */
export const ProductId = () => rule('field_product_id', isProductId, {}, String);

export const MAX_MONEY_DIGITS = 120;

/** Money as WooCommerce sends it: a number or a decimal string, not negative, exact to its last digit. */
export const Money = () =>
  rule(
    'field_money',
    (value) => {
      if (typeof value === 'number') return Number.isFinite(value) && value >= 0;
      return (
        typeof value === 'string' &&
        value.length <= MAX_MONEY_DIGITS &&
        /^\s*\d+(\.\d*)?\s*$|^\s*\.\d+\s*$/.test(value)
      );
    },
    { max: MAX_MONEY_DIGITS },
  );

export const Quantity = () =>
  rule('field_quantity', (value) => {
    if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) < 1e15;
    return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,6})?$/.test(value.trim());
  });

const ISO_DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Milliseconds of an ISO 8601 date, read as UTC where it names no zone (WooCommerce's `_gmt` fields); else null.
 * A zone's plus that a query string has turned into a space is taken as the plus it was.
 */
export function readDate(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  // A date is checked, and then read.
  if (value !== lastDate.written) lastDate = { written: value, read: dateOf(value) };
  return lastDate.read;
}

let lastDate: { written: string; read: number | null } = { written: '', read: null };

/** As WooCommerce and most others write it. */
const PLAIN_DATE = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

function dateOf(value: string): number | null {
  const plain = PLAIN_DATE.exec(value);
  // No month is shorter.
  if (plain && Number(plain[3]) <= 28 && Number(plain[1]) > 0) {
    const milliseconds = Date.parse(value);
    if (!Number.isNaN(milliseconds)) return milliseconds;
  }
  const written = value.trim().replace(/(T[\d:.]+) (\d{2}:?\d{2})$/i, '$1+$2');
  if (!ISO_DATE.test(written)) return null;
  let text = written.replace(' ', 'T').toUpperCase();
  if (text.length === 10) text += 'T00:00:00';
  if (!/(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))) text += 'Z';
  const milliseconds = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  // JavaScript rolls 31 February over; the shop meant something else.
  const day = Number(text.slice(8, 10));
  const month = Number(text.slice(5, 7));
  const daysInMonth = new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
  const year = Number(text.slice(0, 4));
  return Number.isNaN(milliseconds) || day > daysInMonth || year < 1 ? null : milliseconds;
}

export const IsoDate = () =>
  rule(
    'field_date',
    (value) => readDate(value) !== null,
    {},
    (value) => (typeof value === 'string' ? new Date(readDate(value)!) : value),
  );

/** A list of texts; null among them is passed over. */
export const TextList = (count: number, max: number) =>
  rule(
    'field_text_list',
    (value) =>
      Array.isArray(value) &&
      value.length <= count &&
      value.every((item) => item === null || (typeof item === 'string' && item.length <= max)),
    { count, max },
  );

/** A list whose items are checked one by one, elsewhere. */
export const ItemList = (min: number, max: number) =>
  rule('field_list', (value) => Array.isArray(value) && value.length >= min && value.length <= max, {
    min,
    max,
  });

/** A list of positive 64-bit integers, as numbers or as digits. Becomes a list of strings of digits. */
export const IdList = (count: number, { required = false } = {}) =>
  rule(
    required ? 'field_id_list_required' : 'field_id_list',
    (value) =>
      Array.isArray(value) &&
      value.length >= (required ? 1 : 0) &&
      value.length <= count &&
      value.every(isProductId),
    { count },
    (value) => (value as unknown[]).map(String),
  );

/** A list of what `Identifier` accepts. */
export const IdentifierList = (count: number, max: number) =>
  rule(
    'field_identifier_list',
    (value) =>
      Array.isArray(value) &&
      value.length <= count &&
      value.every((item) => isText(item, max, 1) && !CONTROL.test(item)),
    { count, max },
  );

export const Flag = () =>
  rule(
    'field_boolean',
    (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
    {},
    (value) => value === true || value === 'true',
  );

export const Integer = (min: number, max: number) =>
  rule(
    'field_integer',
    (value) => {
      const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
      return Number.isSafeInteger(number) && (number as number) >= min && (number as number) <= max;
    },
    { min, max },
    Number,
  );

/** ISO 4217, or IRT for toman. */
export const CurrencyCode = () =>
  rule('field_currency', (value) => typeof value === 'string' && /^[A-Za-z]{3}$/.test(value));

export const Decimal = () =>
  rule(
    'field_decimal',
    (value) => typeof value === 'string' && value.length <= MAX_MONEY_DIGITS && /^\d+(\.\d+)?$/.test(value),
  );

/** `name:option`, once or several times. Becomes a list. */
export const AttributeFilters = (count: number, max: number) =>
  rule(
    'field_attributes',
    (value) => {
      const all: unknown[] = Array.isArray(value) ? value : [value];
      return (
        all.length <= count &&
        all.every((each) => isText(each, max) && STORABLE.test(each) && /^\s*[^\s:][^:]*:\s*\S/.test(each))
      );
    },
    { count, max },
    (value): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]),
  );

export const AddressList = (count: number) =>
  rule(
    'field_address_list',
    (value) =>
      Array.isArray(value) &&
      value.length <= count &&
      value.every((item) => typeof item === 'string' && isAddressOrCidr(item)),
  );

export const HttpUrl = (max: number) =>
  rule('field_url', (value) => isText(value, max) && /^https?:\/\/[^\s/]/i.test(value));

/** Blanks around it are passed over, by whoever stores it. */
export const Email = () =>
  rule(
    'field_email',
    (value) => isText(value, 254, 1) && isEmail(value.trim()) && !CONTROL.test(value.trim()),
  );

const MAX_USERNAME = 150;

/** Without `@`, so that it is never taken for an e-mail. */
export const isUsername = (value: string): boolean =>
  value.length <= MAX_USERNAME && /^[^\s@]+$/.test(value) && !CONTROL.test(value);

export const Username = () =>
  rule('field_username', (value) => typeof value === 'string' && isUsername(value.trim()), {
    max: MAX_USERNAME,
  });

export const PASSWORD_LENGTH = { min: 8, max: 200 };

export const isPassword = (value: string): boolean =>
  value.length >= PASSWORD_LENGTH.min && value.length <= PASSWORD_LENGTH.max && STORABLE.test(value);

/** One that is to be: those that are were chosen by the rules of their time. */
export const NewPassword = () =>
  rule('field_password', (value) => typeof value === 'string' && isPassword(value), PASSWORD_LENGTH);
