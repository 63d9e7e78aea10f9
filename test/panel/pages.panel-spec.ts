import { TestApp, type TestUser } from '../support/test-app';
import { closeBrowser, PanelVisit, type Language, type VisitOptions } from './browser';
import { AGENT, fillCatalogue, NAMES, type Catalogue } from './catalogue';

const LOOKS: (Required<VisitOptions> & { look: string })[] = [
  { look: 'fa, light, wide', language: 'fa', scheme: 'light', width: 1400 },
  { look: 'fa, dark, on a phone', language: 'fa', scheme: 'dark', width: 360 },
  { look: 'en, dark, wide', language: 'en', scheme: 'dark', width: 1400 },
  { look: 'en, light, on a phone', language: 'en', scheme: 'light', width: 360 },
];

let app: TestApp;
let catalogue: Catalogue;
let productId: number;
let failedId: number;

beforeAll(async () => {
  app = await TestApp.start({ EVENT_RETRIES: '0' });
  catalogue = await fillCatalogue(app);
  const find = async (sql: string) => (await app.query<{ id: number }>(sql))[0]!.id;
  productId = await find(`SELECT id FROM products WHERE external_id = 'woo_90'`);
  failedId = await find(`SELECT id FROM events WHERE status = 'failed'`);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

/** Pages by their names, with what each asks of who looks at it. */
const PAGES: { name: string; path: () => string }[] = [
  { name: 'dashboard', path: () => '/admin/' },
  { name: 'events', path: () => '/admin/events' },
  { name: 'event', path: () => `/admin/events/${failedId}` },
  { name: 'tokens', path: () => '/admin/tokens' },
  { name: 'products', path: () => '/admin/products' },
  { name: 'product', path: () => `/admin/products/${productId}?user_id=${catalogue.owner.id}` },
  { name: 'search', path: () => `/admin/knowledge?q=${encodeURIComponent('کفش کوهنوردی مشکی سایز 42')}` },
  { name: 'chunks', path: () => '/admin/knowledge?tab=chunks' },
  { name: 'stores', path: () => '/admin/stores' },
  { name: 'users', path: () => '/admin/users' },
  { name: 'audit', path: () => '/admin/audit' },
  { name: 'account', path: () => '/admin/account' },
  { name: 'no page', path: () => '/admin/no-such-page' },
];

describe.each(LOOKS)('the panel, $look', ({ language, scheme, width }) => {
  let visit: PanelVisit;

  beforeAll(async () => {
    visit = await PanelVisit.start(app, { language, scheme, width });
    await visit.logIn(catalogue.staff);
    await visit.chooseUser(catalogue.owner);
  });
  afterAll(() => visit.close());

  describe.each(PAGES)('$name', ({ name, path }) => {
    beforeAll(async () => {
      await visit.openPage(path());
      await visit.screenshot(`panel-${name.replace(' ', '-')}-${language}-${scheme}-${width}`);
    });

    it('has no serious fault for people with disabilities', async () => {
      expect(await visit.violations('body')).toEqual([]);
    });

    it('fits into the window', async () => {
      expect(await visit.overflow('#root main')).toEqual([]);
    });

    it('speaks one language', async () => {
      const people = [catalogue.staff, catalogue.owner, catalogue.other];
      const known = [...NAMES, AGENT, ...people.flatMap(({ email, username }) => [email, username])];
      expect(await visit.untranslated(known)).toEqual([]);
    });

    it('goes without errors of scripts, of requests, and of what browsers are told to refuse', () => {
      expect(visit.takeFaults()).toEqual([]);
    });
  });
});

describe.each<Language>(['fa', 'en'])('an owner who has nothing yet, in %s', (language) => {
  let visit: PanelVisit;

  beforeAll(async () => {
    visit = await PanelVisit.start(app, { language });
    await visit.logIn(await app.createUser());
  });
  afterAll(() => visit.close());

  it.each(PAGES.filter(({ name }) => !['event', 'product', 'no page'].includes(name)))(
    'sees on $name what to do first',
    async ({ name, path }) => {
      await visit.openPage(path());
      await visit.screenshot(`panel-empty-${name}-${language}`);
      expect(await visit.violations('body')).toEqual([]);
      expect(visit.takeFaults()).toEqual([]);
    },
  );
});

describe('who sees what', () => {
  let visit: PanelVisit;
  const seen = async (who: TestUser, path: string): Promise<string> => {
    visit = await PanelVisit.start(app, { language: 'en' });
    try {
      await visit.logIn(who);
      await visit.openPage(path);
      return (await visit.texts('body')).map(({ text }) => text).join('\n');
    } finally {
      await visit.close();
    }
  };

  it.each(['events', 'tokens', 'stores', 'products', 'knowledge?tab=chunks'])(
    'an owner sees nothing of another’s in %s',
    async (page) => {
      const own = await seen(catalogue.other, `/admin/${page}`);
      expect(own).toMatch(/another|other\.example/i);
      expect(own).not.toMatch(/کفش|kafsh/);
      expect(own).not.toContain(catalogue.owner.email);
    },
  );

  it.each(['event', 'product'])('another’s %s is not there', async (name) => {
    const page = await seen(catalogue.other, PAGES.find((each) => each.name === name)!.path());
    expect(page).not.toMatch(/کفش|kafsh/);
  });

  it.each(['events', 'tokens', 'stores'])('staff see all in %s', async (page) => {
    const all = await seen(catalogue.staff, `/admin/${page}`);
    expect(all).toContain(catalogue.owner.email);
    expect(all).toContain(catalogue.other.email);
  });

  it('an owner is told that users are for admins', async () => {
    const page = await seen(catalogue.other, '/admin/users');
    expect(page).not.toContain(catalogue.owner.email);
  });
});
