import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { securityHeaders } from '../http/security-headers';

/** Where `npm run build` puts the panel: beside the compiled code, which is `src` or `dist/src`. */
function builtPanel(): string {
  let root = __dirname;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  return join(root, 'dist', 'admin');
}

const NONCE = '{{nonce}}';

const HEADERS = securityHeaders({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      // What the component library writes by itself carries the nonce of its answer.
      'style-src': ["'self'", `'nonce-${NONCE}'`],
      // Pictures of products lie in the shops.
      'img-src': ["'self'", 'data:', 'https:', 'http:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'manifest-src': ["'self'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'base-uri': ["'none'"],
    },
  },
});
const POLICY = 'content-security-policy';

const NOT_BUILT = 'The admin panel is not built: run `npm run build`, then start again.\n';

/**
 * Serves the admin panel at `/admin/`, with every path below it that is not something else's: what a path shows the
 * panel decides. It asks for nothing but the public API.
 */
export async function servePanel(app: NestFastifyApplication, folder = builtPanel()): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    for (const url of ['/admin', '/admin/*']) {
      fastify.get(url, (_request, reply) => reply.status(503).type('text/plain').send(NOT_BUILT));
    }
    return;
  }
  const page = readFileSync(index, 'utf8');
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/admin/assets/',
    decorateReply: false,
    index: false,
    wildcard: true,
    // Their names change with what is in them.
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  });
  for (const url of ['/admin', '/admin/*']) {
    fastify.get(url, { config: { securityHeaders: HEADERS } }, (_request, reply) => {
      const nonce = randomBytes(16).toString('hex');
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header(POLICY, HEADERS[POLICY]!.replace(NONCE, nonce))
        .send(page.replaceAll(NONCE, nonce));
    });
  }
}
