import { getMetadataStorage, validateSync } from 'class-validator';
import type { MessageKey, MessageValues } from '../i18n/messages';
import { invalidFields, type FieldError } from './errors';
import { coercionsOf } from './rules';

type Constructor<T extends object> = new () => T;

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const knownFields = new Map<Constructor<object>, string[]>();

function fieldsOf(dto: Constructor<object>): string[] {
  let fields = knownFields.get(dto);
  if (!fields) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    knownFields.set(dto, (fields = [...new Set(metadata.map(({ propertyName }) => propertyName))]));
  }
  return fields;
}

export type DtoResult<T> = { value: T; errors: [] } | { value: null; errors: FieldError[] };

/**
 * Reads an untrusted value as a DTO: only fields that the DTO declares are taken, each is checked and then coerced.
 * @param prefix path of the value, such as `product.`, for the names in errors
 */
export function checkDto<T extends object>(dto: Constructor<T>, value: unknown, prefix = ''): DtoResult<T> {
  if (!isPlainObject(value)) {
    return { value: null, errors: [{ field: prefix.replace(/\.$/, '') || 'body', message: 'field_object' }] };
  }
  const instance = new dto() as T & Record<string, unknown>;
  for (const field of fieldsOf(dto)) {
    if (Object.hasOwn(value, field)) (instance as Record<string, unknown>)[field] = value[field];
  }
  const failures = validateSync(instance, { stopAtFirstError: true, forbidUnknownValues: false });
  if (failures.length > 0) {
    return {
      value: null,
      errors: failures.map(({ property, constraints, contexts, value: given }) => {
        const [message] = Object.keys(constraints ?? {}) as MessageKey[];
        const field = `${prefix}${property}`;
        if (given === undefined || given === null) return { field, message: 'field_required' };
        return { field, message: message!, values: contexts?.[message!] as MessageValues };
      }),
    };
  }
  for (const [field, coerce] of coercionsOf(dto.prototype as object)) {
    const given = instance[field];
    if (given === undefined || given === null || given === '') continue;
    (instance as Record<string, unknown>)[field] = coerce(given);
  }
  return { value: instance, errors: [] };
}

/** As `checkDto`, but throws the 400 that names each bad field. */
export function readDto<T extends object>(dto: Constructor<T>, value: unknown): T {
  const result = checkDto(dto, value);
  if (!result.value) throw invalidFields(result.errors);
  return result.value;
}
