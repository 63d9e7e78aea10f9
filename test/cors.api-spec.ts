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

  it('are not let through from another origin', async () => {
    const { headers } = await preflight('https://evil.example.com', 'GET');
    expect(headers.get('access-control-allow-origin')).not.toBe('https://evil.example.com');
  });
});
