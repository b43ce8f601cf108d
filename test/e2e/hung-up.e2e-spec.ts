import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const SECRETS = '/api/v3/secrets';

/** Describes a request (name, caller, call, body) and the event expected for it: action, outcome, key. */
type Act = readonly [
  what: string,
  who: 'member' | 'stranger' | 'guesser' | 'last guesser' | 'admin',
  asked: string,
  body: object | undefined,
  recorded: readonly [string, string, string | null],
];

const ACTS: readonly Act[] = [
  ['a read', 'member', `GET ${SECRETS}/kept`, undefined, ['secret.read', 'ok', 'kept']],
  ['a read of nothing', 'member', `GET ${SECRETS}/none`, undefined, ['secret.read', 'not_found', 'none']],
  ['a denied read', 'stranger', `GET ${SECRETS}/kept`, undefined, ['secret.read', 'forbidden', 'kept']],
  [
    'a read in bulk',
    'member',
    'POST /api/v3.1/bulk/secrets/read',
    { keys: ['kept'] },
    ['secret.read', 'ok', 'kept'],
  ],
  [
    'a write in bulk',
    'member',
    'POST /api/v3.1/bulk/secrets/write',
    { mode: 'all_or_nothing', items: [{ key: 'in-bulk', value: 'v' }] },
    ['secret.create', 'ok', 'in-bulk'],
  ],
  [
    'an old version',
    'member',
    'GET /api/v3.1/secrets/kept?version=1',
    undefined,
    ['secret.read', 'ok', 'kept'],
  ],
  ['a list', 'member', `GET ${SECRETS}`, undefined, ['secret.list', 'ok', null]],
  ['a creation', 'member', `PUT ${SECRETS}/new`, { value: 'put' }, ['secret.create', 'ok', 'new']],
  [
    'a refused creation',
    'member',
    `PUT ${SECRETS}/kept`,
    { value: 'b' },
    ['secret.create', 'conflict', 'kept'],
  ],
  [
    'a change',
    'member',
    `PATCH ${SECRETS}/changed`,
    { value: 'patched' },
    ['secret.update', 'ok', 'changed'],
  ],
  ['a deletion', 'member', `DELETE ${SECRETS}/doomed`, undefined, ['secret.delete', 'ok', 'doomed']],
  ['a failed login', 'guesser', `GET ${SECRETS}/kept`, undefined, ['login', 'failed', 'guessed']],
  [
    'a login that locks',
    'last guesser',
    `GET ${SECRETS}/kept`,
    undefined,
    ['login', 'locked', 'guessed-often'],
  ],
  ['a read of the trail', 'admin', 'GET /api/v3.1/audit', undefined, ['audit.list', 'ok', null]],
  [
    'a membership',
    'admin',
    'PUT /api/v3.1/tenants/users',
    { tenant_name: 'left', username: 'joining', role: 'user' },
    ['tenant.add_user', 'ok', 'left/joining'],
  ],
];

describe('a client that hangs up before the answer', () => {
  let room: Strongroom;
  const callers = new Map<Act[1], As>();
  let gate: pg.Client;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    const member = await room.tenant('left');
    callers.set('member', member).set('admin', ADMIN);
    callers.set('stranger', { ...(await room.tenant('elsewhere')), tenant: 'left' });
    for (const [who, username] of [
      ['guesser', 'guessed'],
      ['last guesser', 'guessed-often'],
    ] as const) {
      await room.member('left', username, 'user');
      callers.set(who, { login: `${username}:wrong`, tenant: 'left' });
    }
    for (let guess = 0; guess < 4; guess += 1) await room.secret(callers.get('last guesser')!, 'GET', 'kept');
    await room.user('joining', 'password-of-joining');
    for (const key of ['kept', 'changed', 'doomed']) await room.secret(member, 'PUT', key, 'first');
    gate = new pg.Client({ connectionString: room.database.superuserUrl });
    await gate.connect();
  });
  afterAll(async () => {
    await gate.end();
    await room.stop();
  });

  const events = () =>
    room.database.asSuperuser<{ id: string; action: string; outcome: string; key: string | null }>(
      `SELECT id, body::json ->> 'action' AS action, body::json ->> 'outcome' AS outcome, body::json ->> 'key' AS key
       FROM audit_events ORDER BY at, id`,
    );

  const sessions = async (condition: string) =>
    (
      await room.database.asSuperuser(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND usename <> current_user AND ${condition}`,
      )
    ).length;

  const connections = () =>
    new Promise<number>((resolve) => {
      const server = room.service.app.getHttpServer();
      server.getConnections((_error, count) => resolve(count));
    });

  /** Sends the request, and disconnects while its event waits to be written. */
  async function askAndHangUp([, who, asked, body]: Act): Promise<void> {
    const { login = '', tenant = '' } = callers.get(who)!;
    const [method, path] = asked.split(' ');
    const headers = {
      Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
      tenant,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    };
    await gate.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
    try {
      const { hostname, port } = new URL(room.service.url);
      const outgoing = request({ hostname, port, method, path, headers, agent: false });
      let answers = 0;
      outgoing.on('error', () => undefined).on('response', () => (answers += 1));
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      await until(async () => (await sessions("wait_event_type = 'Lock'")) === 1);
      outgoing.destroy();
      await until(async () => (await connections()) === 0);
      expect(answers).toBe(0);
    } finally {
      await gate.query('COMMIT');
    }
    await until(async () => (await sessions("state <> 'idle'")) === 0);
  }

  it.each(ACTS)('leaves one event of %s', async (...act) => {
    const before = new Set((await events()).map(({ id }) => id));
    await askAndHangUp(act);
    await until(async () => (await events()).length > before.size);
    await sleep(50); // for a second one, if there were any
    const added = (await events()).filter(({ id }) => !before.has(id));
    expect(added.map(({ action, outcome, key }) => [action, outcome, key])).toEqual([act[4]]);
  });

  it('leaves none where the body of a write did not come whole, since nothing was done', async () => {
    const before = (await events()).length;
    const { login = '', tenant = '' } = callers.get('member')!;
    const { hostname, port } = new URL(room.service.url);
    const head = [
      `PUT ${SECRETS}/unfinished HTTP/1.1`,
      `Authorization: Basic ${Buffer.from(login).toString('base64')}`,
      `tenant: ${tenant}\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100`,
    ].join('\r\n');
    for (const sent of [`${head}\r\n`, `${head}\r\n\r\n`, `${head}\r\n\r\n{"value": "unfin`]) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(sent);
      await sleep(100);
      socket.destroy();
      await until(async () => (await connections()) === 0);
    }
    await until(async () => (await sessions("state <> 'idle'")) === 0);
    expect(await events()).toHaveLength(before);
  });

  it('has read it already where it goes in the middle of the answer: one event', async () => {
    const member = callers.get('member')!;
    expect((await room.secret(member, 'PUT', 'long', 'x'.repeat(60_000))).status).toBe(200);
    const before = new Set((await events()).map(({ id }) => id));
    const { hostname, port } = new URL(room.service.url);
    const headers = {
      Authorization: `Basic ${Buffer.from(member.login!).toString('base64')}`,
      tenant: member.tenant!,
    };
    const outgoing = request({ hostname, port, path: `${SECRETS}/long`, headers, agent: false });
    outgoing.on('error', () => undefined).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(incoming, 'data');
    incoming.on('error', () => undefined).destroy();
    await until(async () => (await connections()) === 0);
    const added = (await events()).filter(({ id }) => !before.has(id));
    expect(added.map(({ action, outcome, key }) => [action, outcome, key])).toEqual([
      ['secret.read', 'ok', 'long'],
    ]);
  });

  it('has changed what is on record as changed, and nothing else', async () => {
    const member = callers.get('member')!;
    const seen = ['kept', 'new', 'changed', 'doomed'].map(async (key) => [
      key,
      (await room.secret(member, 'GET', key)).body.value,
    ]);
    expect(await Promise.all(seen)).toEqual([
      ['kept', 'first'],
      ['new', 'put'],
      ['changed', 'patched'],
      ['doomed', undefined],
    ]);
    const joined = { login: 'joining:password-of-joining', tenant: 'left' };
    expect((await room.secret(joined, 'GET', 'kept')).status).toBe(200);
  });
});
