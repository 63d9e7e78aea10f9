import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { verify, type SignatureHeaders } from '../../contract/signature';
import { unauthorized } from '../../validation/errors';
import { SecretBox } from './secret-box';
import type { TokenIdentity } from './token-identity';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
const NO_BODY = Buffer.alloc(0);

/** Verifies that whoever sent a request has a signing key of its token, and that nobody has altered it. */
@Injectable()
export class SignatureVerifier {
  constructor(
    private readonly box: SecretBox,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(SignatureVerifier.name);
  }

  /**
   * The id of the key that signed the request; null for one that is not signed and need not be.
   * @throws AppError 401 `signature_missing`, `signature_expired` or `signature_invalid`
   */
  verify(request: FastifyRequest, identity: TokenIdentity): number | null {
    const headers = request.headers as SignatureHeaders;
    if (!identity.requireSignature && HEADERS.every((name) => headers[name] === undefined)) return null;
    const keys = this.open(identity);
    const secrets = keys.map(({ secret }) => secret);
    const result = verify(secrets, headers, request.rawBody ?? NO_BODY, Math.floor(Date.now() / 1000));
    if (result.verdict !== 'valid') throw unauthorized(`signature_${result.verdict}`);
    return keys[result.secret]!.id;
  }

  private open({ tokenId, signingKeys }: TokenIdentity): { id: number; secret: string }[] {
    return signingKeys.flatMap(({ id, sealed }) => {
      try {
        return [{ id, secret: this.box.open(sealed, { purpose: 'signing-key', tokenId }) }];
      } catch {
        // Neither the sealed text nor what the cipher says of it: the id is enough to replace the key.
        this.logger.error(
          { token_id: tokenId, signing_key_id: id },
          'a signing key does not open, as when JWT_SECRET has changed; it verifies nothing until it is replaced',
        );
        return [];
      }
    });
  }
}
