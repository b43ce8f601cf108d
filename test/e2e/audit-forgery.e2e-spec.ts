import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProvedTrail } from '../support/proved-trail.js';
import { Strongroom, type As } from '../support/strongroom.js';

const EVENT =
  '{"id" : "019ada5c-0000-7000-8000-000000000001", "time" : "2026-01-01T00:00:00.000Z", "tenant_id" : null, ' +
  '"action" : "secret.delete", "key" : "forged", "outcome" : "ok", "caller" : null, "detail" : null}';

/** Lists what may break a line, a terminal or a text in JSON. */
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a line feed and an event', `x\n${EVENT}`],
  ['carriage returns and events', `x\r\n${EVENT}\r\n${EVENT}`],
  ['the end of a text in JSON', `x", "action" : "secret.delete", "outcome" : "ok`],
  ['the end of an object', `x"}}\n${EVENT}`],
  ['a backslash at the end', 'x\\'],
  ['escapes of JSON', '\\u000a\\"\\n'],
  ['sequences of a terminal', '\u001b[2J\u001b[31m\u001b]0;title\u0007\u009b1A'],
  ['other ends of lines', 'a\u0085b\u2028c\u2029d\u000be\u000cf'],
  ['marks that turn the direction', '\u202eevil\u2066\u2069\u200b\ufeff'],
  ['NUL', 'a\u0000b'],
  ['half a character', 'a\ud800b'],
  ['many characters', 'é"\\'.repeat(400)],
];

type Placed = readonly [where: string, request: (text: string) => Raw];

interface Raw {
  readonly method?: string;
  readonly path?: string;
  /** Lines of the head, in bytes; those of the caller's login are added where there are none. */
  readonly lines?: readonly Buffer[];
  readonly body?: unknown;
}

const line = (name: string, text: string): Buffer => Buffer.from(`${name}: ${text}`);
const basic = (login: string): Buffer =>
  line('Authorization', `Basic ${Buffer.from(login).toString('base64')}`);
const query = (text: string): string => encodeURIComponent(text.toWellFormed());
const put = (path: string, body: unknown): Raw => ({ method: 'PUT', path, body });

/** Lists all places whose text a caller chooses. */
const PLACES: readonly Placed[] = [
  ['the key, encoded', (text) => ({ path: `/api/v3.1/secrets/${query(text)}` })],
  ['the key, as bytes', (text) => ({ path: `/api/v3.1/secrets/${text}` })],
  ['the key of a write', (text) => put(`/api/v3.1/secrets/${query(text)}`, { value: 'v' })],
  ['the name of a user', (text) => ({ lines: [basic(`${text}:x`)] })],
  ['a password', (text) => ({ lines: [basic(`who:${text}`)] })],
  ['a token', (text) => ({ lines: [line('Authentication-Token', text)] })],
  ['a token of the right form', (text) => ({ lines: [line('Authentication-Token', `ctok-${text}`)] })],
  ['the tenant', (text) => ({ lines: [line('tenant', text)] })],
  ['X-Reason', (text) => ({ lines: [line('X-Reason', text)] })],
  ['X-Reason in more lines', (text) => ({ lines: [line('X-Reason', `a\r\n ${text}`)] })],
  ['X-Request-Id', (text) => ({ lines: [line('X-Request-Id', text)] })],
  ['User-Agent', (text) => ({ lines: [line('User-Agent', text)] })],
  ['X-Forwarded-For', (text) => ({ lines: [line('X-Forwarded-For', `${text}, 192.0.2.1`)] })],
  ['If-Match', (text) => ({ lines: [line('If-Match', text)] })],
  ['the query', (text) => ({ path: `/api/v3.1/secrets?_search=${query(text)}&key=${query(text)}` })],
  ['a filter of the trail', (text) => ({ path: `/api/v3.1/audit?actor=${query(text)}&key=${query(text)}` })],
  ['a description', (text) => put('/api/v3.1/secrets/described', { value: 'v', description: text })],
  ['labels', (text) => put('/api/v3.1/secrets/labelled', { value: 'v', labels: [{ [text]: text }] })],
  [
    'a key in a body',
    (text) => ({ method: 'POST', path: '/api/v3.1/bulk/secrets/read', body: { keys: [text] } }),
  ],
  [
    'a key that is moved to',
    (text) => ({ method: 'POST', path: '/api/v3.1/secrets/kept/move', body: { key: text } }),
  ],
  [
    'the tenant of a copy',
    (text) => ({ method: 'POST', path: '/api/v3.1/secrets/kept/copy', body: { tenant: text } }),
  ],
  [
    'keys of an import',
    (text) => ({
      method: 'POST',
      path: '/api/v3.1/secrets/share/import',
      body: { override_collisions: true, secrets_list: [{ key: text, value: 'v', tenant_name: text }] },
    }),
  ],
];

describe('events about what hostile callers send', () => {
  let room: Strongroom;
  let user: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start({
      STRONGROOM_TRUSTED_PROXIES: '127.0.0.0/8',
      STRONGROOM_LOG_LEVEL: 'trace',
    });
    user = await room.tenant('hostile', 'manager');
    await room.secret(user, 'PUT', 'kept', 'x');
  });
  afterAll(() => room.stop());

  /** Sends bytes as they are, and returns all that comes back. */
  async function exchange(bytes: Buffer): Promise<string> {
    const { hostname, port } = new URL(room.service.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('latin1').on('data', (part: string) => (answer += part));
    socket.on('error', () => undefined); // a refusal may come before everything is sent
    socket.setTimeout(1_000, () => socket.destroy()); // the service waits for the rest of a broken request
    socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    return answer;
  }

  const statusesOf = (answer: string) =>
    [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

  function bytesOf({ method = 'GET', path = '/api/v3.1/secrets/kept', lines = [], body }: Raw): Buffer {
    const names = lines.map((one) => one.toString('latin1').toLowerCase());
    const isNamed = (...among: string[]) =>
      names.some((name) => among.some((other) => name.startsWith(other)));
    const text = body === undefined ? '' : JSON.stringify(body);
    const all = [
      Buffer.from(`${method} ${path} HTTP/1.1`),
      ...lines,
      ...(isNamed('authorization:', 'authentication-token:') ? [] : [basic(user.login)]),
      ...(isNamed('tenant:') ? [] : [line('tenant', user.tenant)]),
      ...(text === ''
        ? []
        : [
            line('Content-Type', 'application/json'),
            line('Content-Length', String(Buffer.byteLength(text))),
          ]),
      line('Host', 'strongroom.test'),
      line('Connection', 'close'),
    ];
    return Buffer.concat([...all.flatMap((one) => [one, Buffer.from('\r\n')]), Buffer.from(`\r\n${text}`)]);
  }

  const events = () =>
    room.database.asSuperuser<{ id: string; body: string }>('SELECT id, body FROM audit_events ORDER BY id');

  const MEMBERS = 'id time tenant_id action key secret_id version revision outcome caller detail'.split(' ');

  function expectWhole({ id, body }: { id: string; body: string }): void {
    expect(body).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(body.startsWith(`{"id" : "${id}", "time" : "`)).toBe(true);
    expect(Buffer.byteLength(body)).toBeLessThan(12 * 1_024);
    const event = JSON.parse(body) as Record<string, unknown> & { caller: object };
    expect(Object.keys(event)).toEqual(MEMBERS);
    // A member that stands twice would be lost in an object; this form has them all.
    expect(JSON.parse(body.replace(/^\{"id"/, '{"first"'))).toHaveProperty('first', id);
    const caller = Object.keys(event.caller).filter((name) => name !== 'reason');
    expect(caller).toEqual(['actor_id', 'actor_name', 'method', 'request_id', 'address']);
    expect(event.action).not.toBe('secret.delete');
    expect(event.key).not.toBe('forged');
  }

  it.each(PLACES)('in %s are one whole line each, and at most one for a request', async (_where, request) => {
    for (const [what, text] of HOSTILE) {
      const before = (await events()).length;
      const statuses = statusesOf(await exchange(bytesOf(request(text))));
      expect([what, statuses.filter((status) => status >= 500)]).toEqual([what, []]);
      const added = (await events()).length - before;
      // What follows a line feed in the first line is a head that no request has, and a head with errors is none.
      const most = statuses.filter((status) => ![400, 431].includes(status)).length;
      expect([what, statuses, added <= Math.max(most, 2)]).toEqual([what, statuses, true]);
    }
    for (const event of await events()) expectWhole(event);
  });

  it('do not hold a head of a megabyte, which is refused', async () => {
    for (const name of [
      'User-Agent',
      'X-Reason',
      'X-Request-Id',
      'X-Forwarded-For',
      'tenant',
      'Authorization',
    ]) {
      const before = (await events()).length;
      const answer = await exchange(bytesOf({ lines: [line(name, 'u'.repeat(1_024 * 1_024))] }));
      expect([name, [[], [431]]]).toEqual([name, expect.arrayContaining([statusesOf(answer)])]);
      expect((await events()).length).toBe(before);
    }
    const long = await exchange(bytesOf({ lines: [line('User-Agent', 'u'.repeat(8_000))] }));
    expect(statusesOf(long)).toEqual([200]);
    expect((await events()).at(-1)?.body).not.toContain('uuuu');
  });

  it('are all leaves, and a line each of the log of the service is JSON', async () => {
    const count = (await events()).length;
    expect(await expectProvedTrail(room.database)).toBeGreaterThanOrEqual(count);
    for (const each of room.logs) {
      expect(() => JSON.parse(each) as unknown).not.toThrow();
      expect(each.trimEnd()).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }
  });
});
