import { TestApp, type TestUser } from '../support/test-app';
import { closeBrowser, PanelVisit } from './browser';

describe('the panel’s security, as a browser has it', () => {
  let app: TestApp;
  let staff: TestUser;
  let visit: PanelVisit;

  beforeAll(async () => {
    app = await TestApp.start();
    staff = await app.createUser({ staff: true });
    visit = await PanelVisit.start(app, { language: 'en' });
    await visit.logIn(staff);
  });
  afterAll(async () => {
    await visit.close();
    await closeBrowser();
    await app.close();
  });

  it('the session is in a cookie that no script reads, and nowhere else', async () => {
    expect(await visit.cookies()).toEqual([
      expect.objectContaining({ name: 'fiko_session', httpOnly: true, sameSite: 'Strict', path: '/' }),
    ]);
    expect(await visit.page.evaluate<string>('document.cookie')).toBe('');
    const kept = await visit.page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }])',
    );
    const [cookie] = await visit.cookies();
    expect(kept).not.toContain(cookie!.value);
    expect(kept).not.toMatch(/eyJ/);
  });

  it('a script that was brought into the page does not run, nor one of another place', async () => {
    await visit.page.evaluate(`{
      const inline = document.createElement('script');
      inline.textContent = 'window.brokenIn = true';
      document.body.append(inline);
      const foreign = document.createElement('script');
      foreign.src = 'https://evil.example.com/x.js';
      document.body.append(foreign);
      const attribute = document.createElement('div');
      attribute.innerHTML = '<img src="data:," onerror="window.brokenIn = true">';
      document.body.append(attribute);
    }`);
    await visit.page.waitForTimeout(300);
    expect(await visit.page.evaluate('window.brokenIn')).toBeUndefined();
    const refused = visit.takeFaults().filter((fault) => /Content Security Policy/.test(fault));
    expect(refused.length).toBeGreaterThanOrEqual(3);
  });

  it('a description that carries a script shows it as text', async () => {
    const owner = await app.createUser();
    const { secret } = await app.createToken(owner);
    const attack = '<img src=x onerror="window.brokenIn = true"><script>window.brokenIn = true</script>';
    await app.webhook(secret, {
      event_id: 'attack',
      event_type: 'product.created',
      product: { id: 1, name: `name ${attack}`, description: `text ${attack}`, short_description: attack },
    });
    await app.idle();
    const [product] = await app.query<{ id: number }>(`SELECT id FROM products WHERE user_id = $1`, [
      owner.id,
    ]);
    await visit.openPage(`/admin/products/${product!.id}?user_id=${owner.id}`);
    await visit.page.getByText('window.brokenIn').first().waitFor();
    expect(await visit.page.evaluate('window.brokenIn')).toBeUndefined();
    // The browser says so of handlers in HTML that is read for its text, and shown nowhere.
    expect(visit.takeFaults().filter((fault) => !fault.includes('Executing inline event handler'))).toEqual(
      [],
    );
  });

  it('the board of the queues opens for staff, with nothing refused', async () => {
    await visit.open('/admin/queues');
    await visit.page.getByText('sync', { exact: false }).first().waitFor();
    await visit.screenshot('panel-queues');
    expect(visit.takeFaults().filter((fault) => !/fonts\./.test(fault))).toEqual([]);
  });

  it('sends who is not logged in to the login, and back to the board afterwards', async () => {
    const stranger = await PanelVisit.start(app, { language: 'en' });
    try {
      await stranger.open('/admin/queues');
      await stranger.page.getByLabel(stranger.say('common', 'login')).fill(staff.email);
      await stranger.page
        .getByLabel(stranger.say('common', 'password'), { exact: true })
        .fill(staff.password);
      await stranger.page.getByRole('button', { name: stranger.say('common', 'logIn') }).click();
      await stranger.page.waitForURL('**/admin/queues');
    } finally {
      await stranger.close();
    }
  });

  it('locks the login after too many wrong passwords, and says until when', async () => {
    const owner = await app.createUser();
    const stranger = await PanelVisit.start(app, { language: 'en' });
    try {
      await stranger.open('/admin/');
      await stranger.page.getByLabel(stranger.say('common', 'login')).fill(owner.email);
      await stranger.page.getByLabel(stranger.say('common', 'password'), { exact: true }).fill('wrong');
      for (let attempt = 1; attempt <= 11; attempt++) {
        const answered = stranger.page.waitForResponse((response) => response.request().method() === 'POST');
        await stranger.page.getByRole('button', { name: stranger.say('common', 'logIn') }).click();
        expect((await answered).status()).toBe(attempt <= 10 ? 401 : 429);
      }
      await stranger.page
        .getByRole('alert')
        .getByText(/too many/i)
        .waitFor();
    } finally {
      await stranger.close();
    }
  });
});
