import { ApiHeader } from '@nestjs/swagger';

/** Documents the header by which a shop tells how far its clock is off. */
export const ApiSentAt = () =>
  ApiHeader({
    name: 'X-Fiko-Sent-At',
    required: false,
    description:
      "When this attempt was sent, by the shop's clock, ISO 8601 or milliseconds since 1970: tells how far that is off, so " +
      'that a clock that is set back does not make later changes look older',
    schema: { type: 'string', example: '2025-11-10T09:30:00.000Z' },
  });
