import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';

/** Documents the headers of a request that may be signed. */
export const ApiSignature = () =>
  applyDecorators(
    ApiHeader({
      name: 'webhook-id',
      required: false,
      description:
        'Of the message; this and the next two by Standard Webhooks, where the token requires them',
    }),
    ApiHeader({
      name: 'webhook-timestamp',
      required: false,
      description: 'Unix seconds, at most five minutes from the server’s clock',
    }),
    ApiHeader({
      name: 'webhook-signature',
      required: false,
      description:
        '`v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}` by a signing key of the token; several separated by spaces',
    }),
  );
