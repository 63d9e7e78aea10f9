import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { readDto } from '../validation/read-dto';
import { parseBody } from './json-body';

const PRIMITIVES: unknown[] = [String, Number, Boolean, Array, Object, undefined];

/** Reads bodies and query strings as the DTO of the parameter. */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || PRIMITIVES.includes(metatype)) return value;
    const dto = metatype as new () => object;
    return readDto(dto, type === 'query' ? { ...(value as object) } : parseBody(value));
  }
}
