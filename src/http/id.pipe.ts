import { Injectable, type PipeTransform } from '@nestjs/common';
import { notFound } from '../validation/errors';

/** Reads an id from the path. What is no id is not there: 404. */
@Injectable()
export class IdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    if (!/^[1-9]\d{0,15}$/.test(value) || !Number.isSafeInteger(Number(value))) throw notFound();
    return Number(value);
  }
}
