import { LexicalEmbedder } from '../src/knowledge/embedding/lexical.embedder';
import { TestApp } from './support/test-app';

/** Every path of the contract that speaks JSON, with its methods, and those beside it. */
const CONTRACT: [path: string, methods: string[]][] = [
  ['/api/integrations/woocommerce/webhook/', ['post']],
  ['/api/integrations/woocommerce/health/', ['get']],
  ['/api/v1/auth/token/', ['post']],
  ['/api/v1/auth/token/refresh/', ['post']],
  ['/api/v1/integrations/tokens/', ['get']],
  ['/api/v1/integrations/tokens/{id}/', ['get', 'patch', 'delete']],
  ['/api/v1/integrations/tokens/generate/', ['post']],
  ['/api/v1/integrations/tokens/{id}/rotate/', ['post']],
  ['/api/v1/integrations/woocommerce/events/', ['get']],
  ['/api/v1/integrations/woocommerce/events/{id}/', ['get']],
  ['/api/v1/integrations/woocommerce/events/stats/', ['get']],
  ['/api/v1/integrations/woocommerce/events/{id}/retry/', ['post']],
  ['/api/v1/web-knowledge/products/', ['get']],
  ['/api/v1/web-knowledge/products/{id}/', ['get']],
  ['/api/v1/web-knowledge/products/stats/', ['get']],
  ['/api/v1/web-knowledge/search/', ['get']],
  ['/api/v1/web-knowledge/chunks/', ['get']],
  ['/api/v1/web-knowledge/chunks/retry/', ['post']],
  ['/api/v1/web-knowledge/chunks/{id}/retry/', ['post']],
  ['/api/v1/web-knowledge/embeddings/', ['get']],
  ['/health/live', ['get']],
  ['/health/ready', ['get']],
];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

interface Operation {
  responses: Record<string, unknown>;
  security?: Record<string, unknown>[];
}
interface Document {
  openapi: string;
  info: { description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

describe('for operators', () => {
  let app: TestApp;
  let document: Document;
  const operations = (prefix: string): [string, Operation][] =>
    Object.entries(document.paths)
      .filter(([path]) => path.startsWith(prefix))
      .flatMap(([path, item]) =>
        Object.entries(item)
          .filter(([method]) => METHODS.includes(method))
          .map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
      );

  beforeAll(async () => {
    app = await TestApp.start();
    document = (await app.get('/docs-json')).body as Document;
  });
  afterAll(() => app.close());

  it('says that it lives, to anyone', async () => {
    for (const path of ['/health/live', '/health/live/']) {
      const { status, body } = await app.get(path);
      expect([status, body]).toEqual([200, { status: 'ok' }]);
    }
  });

  it('says that it is ready, of what, and which embedder it has', async () => {
    const { status, body } = await app.get('/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', checks: { database: 'ok', queue: 'ok' } });
    expect(body).toMatchObject({ embedder: new LexicalEmbedder().key, pending_chunks: 0, queued_events: 0 });
    expect(body.embedder_description).toMatch(/OPENAI_API_KEY/);
  });

  it('tells nobody where its database is', async () => {
    const { text } = await app.get('/health/ready');
    const { password, port, hostname } = new URL(app.database.url);
    for (const secret of [password || hostname, `${hostname}:${port}`]) expect(text).not.toContain(secret);
  });

  it.each(['/docs', '/docs/'])('shows its API at %s with all that the page loads', async (path) => {
    const { status, headers, text } = await app.get(path);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    const files = [...text.matchAll(/(?:src|href)="([^"]+\.(?:js|css|png))"/g)].map(([, file]) => file!);
    expect(files.join()).toMatch(/swagger-ui.*\.js/);
    for (const file of files) {
      const asset = await app.get(new URL(file, `${app.url}${path}`).pathname);
      expect([file, asset.status]).toEqual([file, 200]);
    }
  });

  it('describes its API as OpenAPI and says which embedder is used', () => {
    expect(document.openapi).toMatch(/^3\./);
    expect(document.info.description).toMatch(/Embeddings here:.*lexical/);
  });

  it.each(CONTRACT)('documents %s', (path, methods) => {
    expect(Object.keys(document.paths)).toContain(path);
    expect(Object.keys(document.paths[path]!)).toEqual(expect.arrayContaining(methods));
  });

  it('documents every path with its trailing slash and no other beside it', () => {
    const paths = Object.keys(document.paths).filter((path) => !path.startsWith('/health/'));
    expect(paths.filter((path) => !path.endsWith('/'))).toEqual([]);
    expect(paths.length).toBeGreaterThan(10);
  });

  it('documents which of the two tokens an operation takes, and its 401', () => {
    const wanting = (prefix: string, scheme: string) =>
      operations(prefix).filter(
        ([, { security, responses }]) => !security?.some((entry) => scheme in entry) || !('401' in responses),
      );
    expect(operations('/api/integrations/').length).toBeGreaterThan(1);
    const native = '/api/integrations/woocommerce/native/';
    const withoutToken = wanting('/api/integrations/', 'integration-token').map(([name]) => name);
    expect(withoutToken).toEqual(operations(native).map(([name]) => name));
    expect(operations(native)).toHaveLength(1);
    expect(wanting(native, 'webhook-signature')).toEqual([]);
    for (const prefix of ['/api/v1/integrations/', '/api/v1/web-knowledge/']) {
      expect(operations(prefix).length).toBeGreaterThan(3);
      expect(wanting(prefix, 'session').map(([name]) => name)).toEqual([]);
    }
  });

  it('documents 429 of every operation that takes a token', () => {
    const taking = operations('/').filter(([, { security }]) => security);
    expect(taking.length).toBeGreaterThan(30);
    expect(taking.filter(([, { responses }]) => !('429' in responses)).map(([name]) => name)).toEqual([]);
  });

  it('refers to no schema that is not there', () => {
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(20);
    expect(named.map(([, name]) => name).filter((name) => !(name! in document.components.schemas))).toEqual(
      [],
    );
  });

  it('answers what is documented for GET without a server error, though nothing is sent', async () => {
    const documented = operations('/').filter(([name]) => name.startsWith('get '));
    expect(documented.length).toBeGreaterThan(8);
    for (const [name] of documented) {
      const { status } = await app.get(name.slice(4).replace('{id}', '1'));
      expect([name, status]).toEqual([
        name,
        name.includes('/health/l') || name.endsWith('/ready') ? 200 : 401,
      ]);
    }
  });

  it('answers an unknown path in the one shape of errors', async () => {
    const { status, body } = await app.get('/health/nothing');
    expect([status, body]).toEqual([404, { error: 'not_found', detail: 'Not found.' }]);
  });
});

describe('when the database stops', () => {
  it('lives on and says which dependency is down, without a stack trace or an address', async () => {
    const app = await TestApp.start();
    const user = await app.createUser();
    await app.database.stop();
    try {
      const ready = await app.get('/health/ready');
      expect(ready.status).toBe(503);
      expect(ready.body).toMatchObject({ status: 'unavailable', pending_chunks: null, queued_events: null });
      expect(ready.body.checks.database).not.toBe('ok');
      expect((await app.get('/health/live')).status).toBe(200);
      const list = await app.get('/api/v1/web-knowledge/products/', user.access);
      expect(list.status).toBeGreaterThanOrEqual(500);
      expect(Object.keys(list.body as object)).toEqual(['error', 'detail']);
      for (const { text } of [ready, list]) expect(text).not.toMatch(/127\.0\.0\.1|ECONN|\bat \w+|postgres/);
    } finally {
      await app.nest.close();
    }
  });
});
