import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tableRows } from '../documents/table-rows.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

type Line = Record<string, unknown>;

const CANARY = 'canary-a11ce';

describe('the access log', () => {
  let room: Strongroom;
  let alice: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_TRUSTED_PROXIES: '127.0.0.1' });
    alice = await room.tenant('logged');
    await room.secret(alice, 'PUT', 'db.password', CANARY);
  });
  afterAll(() => room.stop());

  const linesWhere = (holds: (line: Line) => boolean): Line[] =>
    room.logs.map((line) => JSON.parse(line) as Line).filter(holds);
  async function only(holds: (line: Line) => boolean): Promise<Line> {
    for (let tries = 0; tries < 200 && linesWhere(holds).length === 0; tries += 1) await sleep(10);
    const [line, ...more] = linesWhere(holds);
    expect(more).toEqual([]);
    return line!;
  }
  const lineOf = (id: string): Promise<Line> =>
    only(({ requestId, msg }) => requestId === id && msg === 'request');
  let count = 0;
  /** Sends a request and returns its one line, which the log holds once the answer has been sent. */
  async function logged(as: As, method: string, path: string, headers: Record<string, string> = {}) {
    const id = `logged-${(count += 1)}`;
    const answer = await room.call(as, method, path, undefined, { 'X-Request-Id': id, ...headers });
    return { answer, line: await lineOf(id) };
  }
  /** Writes bytes to a connection of its own, and ends it (or does something else) on an answer. */
  async function raw(bytes: string, onAnswer = (socket: Socket): void => void socket.end()): Promise<void> {
    const socket = connect(Number(new URL(room.service.url).port), '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject).on('close', () => resolve());
      socket.once('data', () => onAnswer(socket));
      socket.write(bytes);
    });
  }
  /** Sends a part of a body when the service asks for it, by which the caller is known, and hangs up. */
  const leave = (socket: Socket): void => void socket.write('{"va', () => socket.destroy());

  it('says who did what from where, how long it took and how much was sent', async () => {
    const { answer, line } = await logged(alice, 'GET', '/api/v3.1/secrets/db.password?_skip_value=false', {
      'X-Forwarded-For': '203.0.113.9:5123',
    });
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: 'request',
      method: 'GET',
      route: '/api/v3.1/secrets/:key',
      path: '/api/v3.1/secrets/db.password',
      status: 200,
      ms: expect.any(Number),
      bytes: Buffer.byteLength(answer.text),
      source: '203.0.113.9',
      tenant: 'logged',
      key: 'db.password',
      requestId: answer.headers['x-request-id'],
      username: 'logged-user',
    });
    expect(Number(line.ms)).toBeGreaterThan(0);
  });

  it('names the path of an unknown address, and the caller where the header is refused', async () => {
    const { line } = await logged({}, 'GET', '/secrets/a?_passphrase=canary-a11ce');
    expect(line).toMatchObject({ route: null, path: '/secrets/a', status: 404, source: '127.0.0.1' });
    const { line: foreign } = await logged({ ...alice, tenant: 'no"pe' }, 'GET', '/api/v3/secrets');
    expect(foreign).toMatchObject({ status: 403, tenant: 'no\\"pe', username: 'logged-user' });
  });

  it('names a user only after the password is proved, and a token by its id', async () => {
    const { line } = await logged({ login: `${CANARY}:x`, tenant: 'logged' }, 'GET', '/api/v3/secrets/a');
    expect(line).toMatchObject({ status: 401, tenant: 'logged', key: 'a' });
    expect(line).not.toHaveProperty('username');

    const made = await room.call(ADMIN, 'POST', '/api/v3.1/tokens', { description: 'logged' });
    const token = String(made.body.value);
    const [, id] = /^ctok-(\w{10})-/.exec(token) ?? [];
    const by = await logged({}, 'GET', '/api/v3.1/user', { 'Authentication-Token': token });
    expect(by.line).toMatchObject({ status: 200, username: 'admin', tokenId: id });
    const misplaced = await logged(ADMIN, 'DELETE', `/api/v3.1/tokens/${token}`);
    expect(misplaced.line.path).toBe(`/api/v3.1/tokens/ctok-${id!}-********`);
    expect(room.logs.join('')).not.toContain(token);
  });

  it('holds no token that stands where a name belongs, nor does the answer or the audit trail', async () => {
    const made = await room.call(ADMIN, 'POST', '/api/v3.1/tokens', { description: 'misplaced' });
    const token = String(made.body.value);
    const secretPart = token.split('-')[2]!;
    const escaped = token.replace('ctok-', '%63tok%2D');
    const answers = [
      await room.call(ADMIN, 'GET', `/api/v3.1/secrets/${token}`),
      await room.call(ADMIN, 'GET', `/api/v3.1/secrets/${escaped}`),
      await room.call(ADMIN, 'GET', `/api/v3.1/tokens/${escaped}`),
      await room.call(ADMIN, 'GET', `/tokens/${token}`),
      await room.call(ADMIN, 'GET', `/api/v3.1/tokns/${token}`),
      await room.call(ADMIN, 'GET', `/api/v3.1/users/${token}`),
      await room.call({ ...ADMIN, tenant: token }, 'GET', '/api/v3.1/secrets'),
      await room.call(ADMIN, 'GET', '/api/v3.1/secrets/a', undefined, { 'X-Request-Id': token }),
    ];
    await logged(ADMIN, 'GET', '/api/v3.1/version');
    for (const { status, text, headers } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text + JSON.stringify(headers)).not.toContain(secretPart);
    }
    expect(room.logs.join('')).not.toContain(secretPart);
    const bodies = await room.database.asSuperuser<{ body: string }>('SELECT body FROM audit_events');
    expect(bodies.map(({ body }) => body).join('')).not.toContain(secretPart);
    expect(bodies.filter(({ body }) => body.includes('-********')).length).toBeGreaterThan(0);
  });

  it('counts the bytes of streams, and none of answers without a body', async () => {
    const { answer, line } = await logged(alice, 'GET', '/api/v3.1/secrets/share/export');
    expect(answer.status).toBe(200);
    expect(Number(line.bytes)).toBeGreaterThanOrEqual(Buffer.byteLength(answer.text));
    expect((await logged(alice, 'HEAD', '/api/v3.1/secrets/db.password')).line).toMatchObject({
      method: 'HEAD',
      status: 200,
      bytes: 0,
    });
    await room.secret(alice, 'PUT', 'gone', 'x');
    const gone = await logged(alice, 'DELETE', '/api/v3.1/secrets/gone');
    expect(gone.line).toMatchObject({ status: gone.answer.status, bytes: gone.answer.text.length });
  });

  it('has a line for what the router and the parser refuse, and never a host, which may hold a password', async () => {
    const escape =
      'GET /api/v3/secrets/%zz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9\r\nX-Request-Id: escape-1\r\n\r\n';
    await raw(escape);
    const escaped = await lineOf('escape-1');
    const path = '/api/v3/secrets/%zz';
    expect(escaped).toMatchObject({ path, status: 400, route: null, source: '203.0.113.9' });
    expect(escaped.ms).toBeGreaterThan(0);
    await raw(
      `GET http://admin:${CANARY}@x/api/v3/secrets HTTP/1.1\r\nHost: x\r\nX-Request-Id: host-1\r\n\r\n`,
    );
    expect(await lineOf('host-1')).toMatchObject({ path: '/api/v3/secrets', status: 400 });
    await raw('\u0016\u0003\u0001 hello\r\n\r\n');
    const unread = await only(({ msg }) => String(msg).startsWith('not a request'));
    expect(unread).toMatchObject({ status: 400, source: '127.0.0.1', requestId: expect.any(String) });
  });

  it('has a line for a request whose caller left before the answer', async () => {
    const login = `Authorization: Basic ${Buffer.from(alice.login).toString('base64')}`;
    const unfinished =
      'PUT /api/v3/secrets/left HTTP/1.1\r\nHost: x\r\nX-Request-Id: left-1\r\nContent-Type: application/json\r\n' +
      `tenant: logged\r\n${login}\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n`;
    await raw(unfinished, leave);
    const before = room.logs.length;
    expect(await lineOf('left-1')).toMatchObject({
      ...{ status: null, cut: true, bytes: 0, source: '127.0.0.1', key: 'left', username: 'logged-user' },
    });
    await raw(unfinished.replace('left-1', 'left-2'), leave);
    await lineOf('left-2');
    await logged(alice, 'GET', '/api/v3/secrets');
    expect(room.logs.slice(before).filter((line) => line.includes('not a request'))).toEqual([]);
  });

  it('has the fields that docs/logs.md lists, and no other', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traced = await logged(alice, 'GET', '/api/v3/secrets', {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    });
    expect(traced.line.traceId).toBe(traceId);
    const names = linesWhere(({ msg }) => msg === 'request').flatMap((line) => Object.keys(line));
    const fields = tableRows('docs/logs.md')
      .filter((cells) => cells.length === 2)
      .map(([name = '']) => name.replaceAll('`', ''));
    expect([...new Set(names)].toSorted()).toEqual([...fields, 'level', 'msg', 'time'].toSorted());
  });

  it('holds no value, query or credential', () => {
    const all = room.logs.join('');
    expect(all).not.toContain(CANARY);
    expect(all).not.toMatch(/_skip_value=|_passphrase|Basic /);
    expect(all).not.toContain(Buffer.from(alice.login).toString('base64'));
  });
});
