import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { JsonDepthError, MAX_JSON_DEPTH, parseJson } from '../contract/json';
import { AppError, invalidField } from '../validation/errors';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, byte by byte: what a signature is over. Absent where the request has none. */
    rawBody?: Buffer;
  }
  interface FastifyContextConfig {
    largeBody?: boolean;
    formBody?: boolean;
  }
}

/** application/json, and types such as application/cloudevents+json. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json(;|$)/;

const BYTE_ORDER_MARK = '\ufeff';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Hands JSON bodies on as text. They are parsed after the guards, so that nothing is parsed for a client without a
 * token, and the webhook stores a body to the letter. The bytes stay beside the text, for whoever verifies a signature.
 */
export function keepJsonAsText(fastify: FastifyInstance): void {
  fastify.decorateRequest('rawBody', undefined);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    const text = body.toString('utf8');
    done(null, text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  });
  // Where a form is not asked for it is refused as any other type.
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    if (request.routeOptions.config.formBody) done(null, body.toString('utf8'));
    else done(Object.assign(new Error('not JSON'), { statusCode: 415 }));
  });
}

/** The configuration of a route that takes a form as well; it is handed on as text. */
export const FORM_BODY = { formBody: true };

/** The configuration of a route whose requests hold many things: they may be as large as `allowLargeBodies` says. */
export const LARGE_BODY = { largeBody: true };

/**
 * To be called before routes are added.
 * @param bytes the limit of routes with `LARGE_BODY`
 * @param admit refuses a request to one of them by its headers, by what it throws, before any of its body is read
 */
export function allowLargeBodies(
  fastify: FastifyInstance,
  bytes: number,
  admit: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  fastify.addHook('onRoute', (route) => {
    if (!route.config?.largeBody) return;
    route.bodyLimit = bytes;
    route.onRequest = [...[route.onRequest ?? []].flat(), admit];
  });
}

/**
 * The body to be stored: its bytes as they came, which the database reads without a look from us, where they are the
 * UTF-8 of its text and no more.
 */
export function bodyBytes({ rawBody, body }: FastifyRequest): Buffer | string {
  return rawBody && isUtf8(rawBody) && rawBody[0] !== 0xef ? rawBody : (body as string);
}

/** @throws AppError 400 for what is not JSON, or nested beyond measure */
export function parseBody(body: unknown, maxDepth = MAX_JSON_DEPTH): unknown {
  if (typeof body !== 'string') throw new AppError(400, 'malformed_json');
  try {
    return parseJson(body, maxDepth);
  } catch (error) {
    if (error instanceof JsonDepthError) throw invalidField('body', 'field_depth', { max: maxDepth });
    throw new AppError(400, 'malformed_json');
  }
}
