import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const COMPOSED = 'caf\u00e9 \u00e0 la carte';
const DECOMPOSED = COMPOSED.normalize('NFD');
const HARD_SPACES = COMPOSED.replaceAll(' ', '\u00a0');
const FORMS = [COMPOSED, DECOMPOSED, HARD_SPACES];
const USER = '/api/v3.1/user';

describe('a password that has several forms in Unicode', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_ADMIN_PASSWORD: DECOMPOSED });
  });
  afterAll(() => room.stop());

  const login = async (username: string, password: string) =>
    (await room.call({ login: `${username}:${password}` }, 'GET', USER)).status;
  const statuses = (username: string) => Promise.all(FORMS.map((form) => login(username, form)));
  const admin = { ...ADMIN, login: `admin:${COMPOSED}` };

  it('is one password for the first administrator', async () => {
    expect(await statuses('admin')).toEqual([200, 200, 200]);
    expect(await login('admin', COMPOSED.normalize('NFKD').replaceAll('\u0301', ''))).toBe(401);
  });

  it.each(FORMS.map((form, index) => [index, form] as const))(
    'is one password whichever form creates the user (%i)',
    async (index, form) => {
      const body = { username: `created-${index}`, password: form, role: 'default' };
      expect((await room.call(admin, 'PUT', '/api/v3.1/users', body)).status).toBeLessThan(300);
      expect(await statuses(`created-${index}`)).toEqual([200, 200, 200]);
    },
  );

  it.each(FORMS.map((form, index) => [index, form] as const))(
    'is one password whichever form an administrator or the user sets (%i)',
    async (index, form) => {
      const username = `changed-${index}`;
      await room.user(username, 'another password');
      const change = (login_: string, password: string) =>
        room.call({ login: login_, tenant: 'default_tenant' }, 'POST', `/api/v3.1/users/${username}`, {
          password,
        });
      expect((await change(admin.login, form)).status).toBeLessThan(300);
      expect(await statuses(username)).toEqual([200, 200, 200]);
      expect((await change(`${username}:${form}`, 'own password')).status).toBeLessThan(300);
      expect(await statuses(username)).toEqual([401, 401, 401]);
      expect((await change(`${username}:own password`, form)).status).toBeLessThan(300);
      expect(await statuses(username)).toEqual([200, 200, 200]);
    },
  );

  it('is verified once for all forms', async () => {
    await room.user('once', COMPOSED);
    const before = room.installation.hasher.verifications;
    for (const form of FORMS) expect(await login('once', form)).toBe(200);
    expect(room.installation.hasher.verifications).toBe(before + 1);
  });

  it.each(['line\nend', 'escape\u001b[0m', 'nul\u0000nul'])('must not contain %j', async (password) => {
    const body = { username: 'refused', password, role: 'default' };
    const answer = await room.call(admin, 'PUT', '/api/v3.1/users', body);
    expect([answer.status, answer.body.message]).toEqual([
      400,
      expect.stringMatching(/control characters|U\+0000/),
    ]);
  });
});

describe('a passphrase that has several forms in Unicode', () => {
  const EXPORT = '/api/v3.1/secrets/share/export';
  const IMPORT = '/api/v3.1/secrets/share/import';
  const inUtf8 = (text: string) => Buffer.from(text).toString('latin1');
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.secret(ADMIN, 'PUT', 'exported', 'the value');
  });
  afterAll(() => room.stop());

  function importAll(exported: string, passphrase: string) {
    const secrets = JSON.parse(exported) as unknown;
    const body = { secrets_list: secrets, override_collisions: true, passphrase };
    return room.call(ADMIN, 'POST', IMPORT, body);
  }

  it.each([
    ['composed', 'decomposed', COMPOSED, DECOMPOSED],
    ['decomposed', 'composed', DECOMPOSED, COMPOSED],
    ['mixed', 'mixed', COMPOSED + DECOMPOSED, COMPOSED + DECOMPOSED],
  ])('opens in one form (%s) what another (%s) sealed', async (_one, _other, sealing, opening) => {
    const headers = { 'X-Export-Passphrase': inUtf8(sealing) };
    const exported = await room.call(ADMIN, 'GET', EXPORT, undefined, headers);
    expect(exported.text).not.toContain('the value');
    await room.secret(ADMIN, 'DELETE', 'exported');
    const imported = await importAll(exported.text, opening);
    expect([imported.status, imported.text]).toEqual([200, expect.not.stringContaining('encrypted')]);
    expect((await room.secret(ADMIN, 'GET', 'exported')).body.value).toBe('the value');
  });

  it('opens nothing that another one sealed', async () => {
    const headers = { 'X-Export-Passphrase': inUtf8(COMPOSED) };
    const exported = await room.call(ADMIN, 'GET', EXPORT, undefined, headers);
    const imported = await importAll(exported.text, HARD_SPACES);
    expect(imported.text).toContain('does not open the value');
  });
});
