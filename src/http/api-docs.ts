import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

export class FieldErrorDto {
  @ApiProperty({ example: 'product.price' })
  field: string;

  @ApiProperty({ example: 'Must be a number or a decimal string, zero or positive, of at most 120 digits.' })
  message: string;
}

export class ErrorDto {
  @ApiProperty({ example: 'validation_failed', description: 'Stable code' })
  error: string;

  @ApiProperty({
    example: 'The data sent is not valid.',
    description: 'Sentence, by Accept-Language (fa, en)',
  })
  detail: string;

  @ApiPropertyOptional({ type: [FieldErrorDto] })
  errors?: FieldErrorDto[];
}

const DESCRIPTIONS = {
  400: 'The request is not valid; `errors` names each bad field',
  401: 'No token, or one that is unknown, inactive or expired; of a shop also a signature that is missing, wrong or too old',
  403: 'Not allowed',
  404: 'Not there, or not yours',
  409: 'Not possible in the present state',
  413: 'The body is too large',
  415: 'The body is not application/json',
  429: 'Too many requests; `Retry-After` says when to come again, `RateLimit` what is left',
  503: 'A service behind this does not answer',
} as const;

const RATE_LIMIT_HEADERS = {
  'Retry-After': { schema: { type: 'integer' as const }, description: 'Seconds' },
  'RateLimit-Policy': {
    schema: { type: 'string' as const, example: '"token";q=6000;w=60' },
    description: 'Requests in a window of seconds; on every answer that is counted',
  },
  RateLimit: {
    schema: { type: 'string' as const, example: '"token";r=5999;t=60' },
    description:
      'Requests that remain, and seconds until all are there again; on every answer that is counted',
  },
};

/** Documents the error answers of an endpoint. */
export const ApiErrors = (...statuses: (keyof typeof DESCRIPTIONS)[]) =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: DESCRIPTIONS[status],
        type: ErrorDto,
        ...(status === 429 && { headers: RATE_LIMIT_HEADERS }),
      }),
    ),
  );
