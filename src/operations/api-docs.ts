import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `Keeps a WooCommerce catalogue in step with the knowledge base of a shop assistant.

Every path answers with and without its trailing slash. Money is a decimal string, never rounded. Times are ISO 8601
with a zone. Human sentences follow Accept-Language (fa, en).`;

/** The OpenAPI document, the same on every machine. Paths are written with their trailing slash. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Fiko WooCommerce Sync')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'Integration token: wc_sk_live_…' },
      'integration-token',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'session')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-WC-Webhook-Signature',
        description: "Base64 of HMAC-SHA256 over the body, by the secret of the token's native webhooks",
      },
      'webhook-signature',
    )
    .build();
  const document = SwaggerModule.createDocument(app, settings, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path.startsWith('/health/') ? path : `${path.replace(/\/$/, '')}/`,
      item,
    ]),
  );
  return document;
}

/** Serves the document at `/docs`, with a note on the embedder of this installation. */
export function serveApiDocs(app: INestApplication, embedder: string): void {
  SwaggerModule.setup('docs', app, () => {
    const document = apiDocument(app);
    document.info.description = `${document.info.description}\n\n**Embeddings here:** ${embedder}`;
    return document;
  });
}
