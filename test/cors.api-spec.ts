import { TestApp } from './support/test-app';

const TOKEN = '/api/v1/integrations/tokens/1/';

describe('calls from a browser', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ CORS_ORIGINS: 'https://panel.example.com' });
  });
  afterAll(() => app.close());

  const preflight = (origin: string, method: string) =>
    app.request('OPTIONS', TOKEN, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization',
      },
    });

  it.each(['GET', 'POST', 'PATCH', 'DELETE'])(
    'are let through from a listed origin for %s',
    async (method) => {
      const { status, headers } = await preflight('https://panel.example.com', method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('https://panel.example.com');
      expect(headers.get('access-control-allow-methods')).toContain(method);
    },
  );

  it('never carry the cookie of a session', async () => {
    const { headers } = await preflight('https://panel.example.com', 'POST');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await app.get(TOKEN, undefined, { origin: 'https://panel.example.com' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://panel.example.com');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('are not let through from another origin', async () => {
    const { headers } = await preflight('https://evil.example.com', 'GET');
    expect(headers.get('access-control-allow-origin')).not.toBe('https://evil.example.com');
  });
});
