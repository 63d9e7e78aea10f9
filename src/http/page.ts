import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Integer, OptionalField } from '../validation/rules';

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

export class PageQueryDto {
  @ApiPropertyOptional({ minimum: 1, default: 1, type: Number })
  @OptionalField()
  @Integer(1, 1_000_000)
  page?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE, type: Number })
  @OptionalField()
  @Integer(1, MAX_PAGE_SIZE)
  page_size?: number;
}

export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}

/** The OpenAPI class of a page of `item`. */
export function PageDto<T>(item: Type<T>): Type<Page<T>> {
  class PageOfItems implements Page<T> {
    @ApiProperty({ description: 'Rows that match, on all pages' })
    count: number;

    @ApiProperty({ type: String, nullable: true, description: 'Address of the next page' })
    next: string | null;

    @ApiProperty({ type: String, nullable: true })
    previous: string | null;

    @ApiProperty({ type: [item] })
    results: T[];
  }
  Object.defineProperty(PageOfItems, 'name', { value: `${item.name.replace(/Dto$/, '')}PageDto` });
  return PageOfItems;
}

export interface Slice {
  page: number;
  limit: number;
  offset: number;
}

export function sliceOf({ page = 1, page_size = DEFAULT_PAGE_SIZE }: PageQueryDto): Slice {
  const [number, size] = [Number(page) || 1, Number(page_size) || DEFAULT_PAGE_SIZE];
  return { page: number, limit: size, offset: (number - 1) * size };
}

/** Where clients reach this: as configured, or as this one did. */
export const baseUrl = (request: FastifyRequest, publicUrl: string | null): string =>
  publicUrl ?? `${request.protocol}://${request.host}`;

/** Wraps one slice of rows with its count and the addresses of its neighbours. */
export function pageOf<T>(
  request: FastifyRequest,
  publicUrl: string | null,
  slice: Slice,
  count: number,
  results: T[],
): Page<T> {
  const address = (page: number) => {
    const base = baseUrl(request, publicUrl);
    const [path = '', query] = request.originalUrl.split('?');
    const parameters = new URLSearchParams(query);
    parameters.set('page', String(page));
    const relative = `${path}?${parameters.toString()}`;
    // The Host header is the client's: one that makes no address gets a relative link.
    return URL.canParse(base) ? base + relative : relative;
  };
  const lastPage = Math.max(1, Math.ceil(count / slice.limit));
  return {
    count,
    next: slice.page < lastPage ? address(slice.page + 1) : null,
    previous: slice.page > 1 ? address(Math.min(slice.page - 1, lastPage)) : null,
    results,
  };
}
