import type { FastifyRequest } from 'fastify';
import { AppError } from '../../validation/errors';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

export const isSafe = (method: string): boolean => SAFE.includes(method);

/**
 * A browser sends its cookie along with what another page makes it send. `SameSite` keeps other sites out, but not the
 * other hosts of one's own: this does.
 * @param publicUrl where browsers reach this, when it is not where the request says that it did
 * @throws AppError 403 `cross_origin` for a request that changes something and is not of a page of this origin
 */
export function assertSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (!isSafe(request.method) && !isSameOrigin(request, publicUrl)) throw new AppError(403, 'cross_origin');
}

/** What the browser says of it; where it says nothing (an address without https), the origin that it names. */
function isSameOrigin(request: FastifyRequest, publicUrl: string | null): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const host = origin === undefined ? null : hostOf(origin);
  if (host === null) return false;
  return (
    host === hostOf(`${request.protocol}://${request.host}`) ||
    (publicUrl !== null && host === hostOf(publicUrl))
  );
}

/** With its port, where that is not the scheme's own. */
function hostOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).host || null : null;
}
