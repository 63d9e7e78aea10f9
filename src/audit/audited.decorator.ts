import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { AuditInterceptor } from './audit.interceptor';
import { AUDITED, type AuditAction, type AuditedEndpoint, type AuditedOptions } from './audited-endpoint';

/** An endpoint that changes something on behalf of somebody: it is recorded before it runs, or does not run. */
export const Audited = (action: AuditAction, options: AuditedOptions = {}): MethodDecorator =>
  applyDecorators(
    SetMetadata(AUDITED, { action, ...options } satisfies AuditedEndpoint),
    UseInterceptors(AuditInterceptor),
  );
