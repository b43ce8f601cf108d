import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const PATH = '/api/v3/secrets';

/** Selects the counters of a name and a source, without those of a name, of a source, and of refusals. */
const PAIRS = `login_failures
  WHERE source <> '*' AND name_key NOT IN (sha256('any name'), sha256('refused logins'))`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('who is calling', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.member('default_tenant', 'alice', 'user');
    await room.member('default_tenant', 'idle', 'user');
    await room.database.asSuperuser("UPDATE users SET active = false WHERE username = 'idle'");
  });
  afterAll(() => room.stop());
  beforeEach(() => room.database.asSuperuser('DELETE FROM login_failures'));

  const as = (authorization: string | undefined, headers: Record<string, string> = {}) =>
    room.send({
      path: PATH,
      headers: {
        tenant: 'default_tenant',
        ...(authorization !== undefined && { Authorization: authorization }),
        ...headers,
      },
    });
  const login = (username: string, password: string) => as(`Basic ${base64(`${username}:${password}`)}`);
  const failures = async () =>
    (
      await room.database.asSuperuser<{ body: string }>(
        `SELECT body FROM audit_events WHERE body LIKE '%"action" : "login"%' ORDER BY at, id`,
      )
    ).map(
      ({ body }) => JSON.parse(body) as { key: string | null; outcome: string; tenant_id: string | null },
    );

  it('asks for credentials by a challenge', async () => {
    const answer = await as(undefined);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="Strongroom", charset="UTF-8"');
    expect(answer.body.error_code).toBe('unauthorized_error');
    expect(answer.body.message).toMatch(/^User unauthorized: No authentication info provided/);
  });

  it.each([
    ['no header', undefined, /^: send a user name and a password by HTTP Basic .*`Authentication-Token`$/],
    ['another scheme', 'Bearer canary', / another scheme than Basic; .*`Authentication-Token`$/],
    ['no base64', 'Basic canary!', / must be `Basic`, a space, and the base64 of `name:password` in UTF-8/],
    ['no colon', `Basic ${base64('canary')}`, / the base64 of `name:password`/],
    [
      'a wrong password',
      `Basic ${base64('admin:canary')}`,
      / that is right: .* wrong, or .* locked or inactive/,
    ],
    ['an unknown name', `Basic ${base64('canary:x')}`, / that is right: .* wrong, or .* locked or inactive/],
  ])('says what to do about %s', async (_what, header, text) => {
    const { status, body } = await as(header);
    expect(status).toBe(401);
    const words = 'User unauthorized: No authentication info provided';
    expect(body.message).toMatch(new RegExp(`^${words}`));
    expect(String(body.message).slice(words.length)).toMatch(text);
    expect(body.message).not.toContain('canary');
  });

  it.each([
    '',
    'Basic',
    'Basic ',
    'Basic !!!!',
    'Basic ====',
    `Bearer ${base64('admin:x')}`,
    `XBasic ${base64(`admin:${ADMIN_PASSWORD}`)}`,
    `XBasicY ${base64(`admin:${ADMIN_PASSWORD}`)}`,
    `Basic ${base64('admin')}`,
    `Basic ${base64(':password')}`,
    `Basic ${base64(`admin\u0000:${ADMIN_PASSWORD}`)}`,
    `Basic ${base64(`admin:${ADMIN_PASSWORD}\u0000`)}`,
    `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0x61]).toString('base64')}`,
    `Basic ${base64(`admin:${ADMIN_PASSWORD}`)} trailing`,
    `Basic ${base64(`admin:${'x'.repeat(9000)}`)}`,
  ])('refuses the header %j without a verification', async (header) => {
    const before = room.installation.hasher.verifications;
    const answer = await as(header);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic/);
    expect(room.installation.hasher.verifications).toBe(before);
  });

  it('refuses two headers, even two right ones', async () => {
    const right = `Basic ${base64(`admin:${ADMIN_PASSWORD}`)}`;
    const rawHeaders = [
      'Host',
      'x',
      'tenant',
      'default_tenant',
      'Authorization',
      right,
      'Authorization',
      right,
    ];
    const { status, body } = await room.send({ path: PATH, rawHeaders });
    expect([status, body.error_code]).toEqual([400, 'bad_parameters_error']);
  });

  it('takes the scheme in any case, both alphabets of base64, and padding or none', async () => {
    const token = base64(`admin:${ADMIN_PASSWORD}`);
    for (const header of [
      `basic ${token}`,
      `BASIC ${token}`,
      `Basic   ${token}`,
      `Basic ${token.replaceAll('=', '')}`,
    ]) {
      expect((await as(header)).status).toBe(200);
    }
    await room.user('urlsafe', 'a~?_?>~>ÿ');
    const encoded = base64('urlsafe:a~?_?>~>ÿ');
    expect(encoded).toMatch(/[+/]/);
    const safe = encoded.replaceAll('+', '-').replaceAll('/', '_');
    expect((await as(`Basic ${encoded}`)).status).toBe(403);
    expect((await as(`Basic ${safe}`)).status).toBe(403);
  });

  it('takes everything after the first colon for the password', async () => {
    await room.user('colon', 'with:two:colons');
    expect((await login('colon', 'with:two:colons')).status).toBe(403);
    expect((await login('colon', 'with')).status).toBe(401);
    expect((await login('colon', 'with:two')).status).toBe(401);
  });

  it('tells passwords apart that differ in the 73rd byte', async () => {
    await room.user('longish', `${'x'.repeat(72)}a`);
    expect((await login('longish', `${'x'.repeat(72)}a`)).status).toBe(403);
    expect((await login('longish', `${'x'.repeat(72)}b`)).status).toBe(401);
    expect((await login('longish', 'x'.repeat(72))).status).toBe(401);
  });

  it('knows a user in any case of the name', async () => {
    expect((await login('ALICE', 'password-of-alice')).status).toBe(200);
    const created = await room.secret(
      { login: 'Alice:password-of-alice', tenant: 'default_tenant' },
      'PUT',
      'cased',
      'x',
    );
    expect(created.body.created_by).toBe('alice');
  });

  it('gives unknown, wrong, locked and inactive one answer, at the price of one verification each', async () => {
    for (let guess = 0; guess < 5; guess += 1) await login('alice', `wrong-${guess}`);
    const answers = [];
    for (const [username, password] of [
      ['nobody-of-that-name', 'password'],
      ['admin', 'wrong'],
      ['alice', 'password-of-alice'],
      ['alice', 'wrong again'],
      ['idle', 'password-of-idle'],
    ] as const) {
      await new Promise((resolve) => setTimeout(resolve, username === 'alice' ? 1100 : 0));
      const before = room.installation.hasher.verifications;
      const answer = await login(username, password);
      expect(room.installation.hasher.verifications - before).toBe(1);
      const { date: _date, 'x-request-id': _id, ...headers } = answer.headers;
      answers.push({ status: answer.status, headers, text: answer.text });
    }
    expect(answers[0]?.status).toBe(401);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('locks at the fifth failure, refuses the right password then, and leaves others alone', async () => {
    await room.member('default_tenant', 'bob', 'user');
    const before = (await failures()).length;
    for (let guess = 0; guess < 5; guess += 1)
      expect((await login('bob', `wrong-${guess}`)).status).toBe(401);
    expect((await failures()).slice(before).map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 4 }, () => 'failed'),
      'locked',
    ]);
    expect((await login('bob', 'password-of-bob')).status).toBe(401);
    expect((await login('admin', ADMIN_PASSWORD)).status).toBe(200);
    await room.database.asSuperuser("UPDATE login_failures SET locked_until = now() - interval '1 second'");
    expect((await login('bob', 'password-of-bob')).status).toBe(200);
    expect(await room.database.asSuperuser(`SELECT failures, locks FROM ${PAIRS}`)).toEqual([
      { failures: 0, locks: 0 },
    ]);
  });

  it('lets in by a new password who was locked out', async () => {
    await room.user('forgetful', 'long-forgotten');
    for (let guess = 0; guess < 6; guess += 1) await as(`Basic ${base64(`forgetful:guess-${guess}`)}`);
    expect((await as(`Basic ${base64('forgetful:long-forgotten')}`)).status).toBe(401);
    await room.setPassword('forgetful', 'a-new-one');
    expect((await as(`Basic ${base64('forgetful:a-new-one')}`)).status).toBe(403);
  });

  it('locks out even who has been let in before', async () => {
    expect((await login('alice', 'password-of-alice')).status).toBe(200);
    for (let guess = 0; guess < 5; guess += 1) await login('alice', `wrong-${guess}`);
    expect((await login('alice', 'password-of-alice')).status).toBe(401);
  });

  it('counts all ways to write a name together', async () => {
    const variants = ['alice', 'ALICE', 'ａｌｉｃｅ', ' alice ', 'a\u200blice', '%61lice', 'al\u00adice'];
    for (const variant of variants) await login(variant, 'wrong');
    const rows = await room.database.asSuperuser(`SELECT count(*)::int AS n FROM ${PAIRS}`);
    expect(rows).toEqual([{ n: 1 }]);
    expect((await login('alice', 'password-of-alice')).status).toBe(401);
  });

  it('records a failure without the name of nobody and without the password', async () => {
    const before = (await failures()).length;
    await login('my-secret-typed-as-name', 'canary-password');
    const [event] = (await failures()).slice(before);
    expect(event).toMatchObject({ key: null, outcome: 'failed', tenant_id: null });
    const everything = JSON.stringify(await room.database.asSuperuser('SELECT * FROM audit_events'));
    expect(everything).not.toContain('my-secret-typed');
    expect(everything).not.toContain('canary-password');
    expect(room.logs.join('')).not.toMatch(/my-secret-typed|canary-password/);
  });

  it('lets one who proved the password once go on without further verifications', async () => {
    await login('admin', ADMIN_PASSWORD);
    const before = room.installation.hasher.verifications;
    await Promise.all(Array.from({ length: 30 }, () => room.call(ADMIN, 'GET', PATH)));
    expect(room.installation.hasher.verifications).toBe(before);
  });

  it('lets a changed password, a lock and a deletion take effect on the next request', async () => {
    await room.member('default_tenant', 'changing', 'user');
    expect((await login('changing', 'password-of-changing')).status).toBe(200);
    await room.setPassword('changing', 'another password');
    expect((await login('changing', 'password-of-changing')).status).toBe(401);
    expect((await login('changing', 'another password')).status).toBe(200);
    await room.database.asSuperuser("UPDATE users SET deleted_at = now() WHERE username = 'changing'");
    expect((await login('changing', 'another password')).status).toBe(401);
  });

  it('keeps the time of the last login', async () => {
    await login('admin', ADMIN_PASSWORD);
    const rows = await room.database.asSuperuser<{ recent: boolean }>(
      "SELECT last_login_at > now() - interval '1 minute' AND first_login_at IS NOT NULL AS recent FROM users WHERE username = 'admin'",
    );
    expect(rows).toEqual([{ recent: true }]);
  });
});

describe('guesses on two instances at once', () => {
  let one: Strongroom;
  let other: Strongroom;
  beforeAll(async () => {
    one = await Strongroom.start();
    other = await one.replica();
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
  });

  it('verify no more passwords than the throttle allows', async () => {
    await one.member('default_tenant', 'target', 'user');
    const verifications = () =>
      one.installation.hasher.verifications + other.installation.hasher.verifications;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? one : other).call(
          { login: `target:guess-${index}`, tenant: 'default_tenant' },
          'GET',
          PATH,
        ),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    const rows = await one.database.asSuperuser<{ outcome: string; n: number }>(
      `SELECT body::json->>'outcome' AS outcome, count(*)::int AS n FROM audit_events
       WHERE body::json->>'action' = 'login' GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { outcome: 'failed', n: 4 },
      { outcome: 'locked', n: 1 },
    ]);
    expect(verifications()).toBeGreaterThanOrEqual(50);
    const right = await other.call(
      { login: 'target:password-of-target', tenant: 'default_tenant' },
      'GET',
      PATH,
    );
    expect(right.status).toBe(401);
  });
});
