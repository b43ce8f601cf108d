import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

interface Event {
  id: string;
  time: string;
  tenant_id: string | null;
  action: string;
  key: string | null;
  outcome: string;
  caller: Record<string, unknown>;
  detail: Record<string, string> | null;
}

const AUDIT = '/api/v3.1/audit';

let room: Strongroom;
let owner: As & { login: string; tenant: string };
let auditor: As;
let ids: Record<string, string>;
beforeAll(async () => {
  room = await Strongroom.start();
  owner = await room.tenant('payments', 'manager');
  auditor = await room.member('payments', 'audra', 'auditor');
  for (const [method, key] of [
    ...[['PUT', 'db.password'] as const, ['GET', 'db.password'] as const, ['GET', 'db.password'] as const],
    ...[['DELETE', 'db.password'] as const, ['GET', 'db.password'] as const, ['GET', 'other'] as const],
  ])
    await room.secret(owner, method, key, method === 'PUT' ? 'a' : undefined);
  const stranger = await room.tenant('strangers');
  await room.secret(stranger, 'PUT', 'db.password', 'b');
  const rows = await room.database.asSuperuser<{ name: string; id: string }>('SELECT name, id FROM tenants');
  ids = Object.fromEntries(rows.map(({ name, id }) => [name, id]));
});
afterAll(() => room.stop());

const read = (query = '', as: As = auditor, headers: Record<string, string> = {}): Promise<Answer> =>
  room.call(as, 'GET', `${AUDIT}${query}`, undefined, headers);
const itemsOf = ({ body }: Answer): Event[] => body.items as Event[];
const nextOf = ({ body }: Answer): string | null => (body.metadata as { next: string | null }).next;
const acts = (answer: Answer): string[] =>
  itemsOf(answer).map(({ action, outcome }) => `${action} ${outcome}`);

/** Returns the events of a log as they are stored, the newest first. */
const stored = async (log: string): Promise<string[]> =>
  (
    await room.database.asSuperuser<{ body: string }>(
      'SELECT body FROM audit_events WHERE log_id = $1 ORDER BY id DESC',
      [log],
    )
  ).map(({ body }) => body);

describe('the audit trail of a tenant', () => {
  it('is given to its auditor byte for byte, the newest first, and that is recorded once', async () => {
    const before = await stored(ids.payments ?? '');
    const answer = await read();
    expect(answer.text.startsWith(`{"items":[${before.join(',')}],"metadata":`)).toBe(true);
    expect(nextOf(answer)).toBeNull();
    const after = await stored(ids.payments ?? '');
    expect(after).toHaveLength(before.length + 1);
    expect(JSON.parse(after[0] ?? '')).toMatchObject({
      ...{ action: 'audit.list', key: null, outcome: 'ok', detail: null },
      caller: { actor_name: 'audra' },
    });
  });

  it('holds nothing of another tenant, and no secret is given to the auditor', async () => {
    expect(new Set(itemsOf(await read()).map((event) => event.tenant_id))).toEqual(new Set([ids.payments]));
    expect((await room.secret(auditor, 'GET', 'db.password')).status).toBe(403);
    const elsewhere = await read('', { ...auditor, tenant: 'strangers' });
    expect([elsewhere.status, (await read('/all')).status]).toEqual([403, 403]);
  });

  it('says who read a key between two dates, also after the secret is deleted', async () => {
    const query = '?key=db.password&action=secret.read&action=secret.head&_sort=time&actor=payments-manager';
    const answer = await read(query);
    expect(acts(answer)).toEqual(['secret.read ok', 'secret.read ok', 'secret.read not_found']);
    const [first, second, third] = itemsOf(answer).map(({ time }) => time);
    // The same moments with an offset, whose plus a client may leave as it is.
    const inRome = (time = '', by = '+'): string =>
      `${new Date(Date.parse(time) + 7_200_000).toISOString().slice(0, -1)}${by}02:00`;
    const between = await read(
      `${query}&from=${encodeURIComponent(inRome(second))}&until=${inRome(third)}&outcome=ok`,
    );
    expect(itemsOf(between).map(({ time }) => time)).toEqual(first === second ? [first, second] : [second]);
    expect(acts(await read(`${query}&from=2000-01-01T00:00:00Z&until=2000-01-02T00:00:00Z`))).toEqual([]);
    const reads = itemsOf(await read('?key=db.password&action=audit.list'));
    expect(reads.length).toBeGreaterThanOrEqual(3);
  });

  it('finds what a user did, by name in any case and by id', async () => {
    const byName = itemsOf(await read('?actor=PAYMENTS-manager&_sort=time'));
    expect(byName.map(({ action }) => action)).toEqual([
      ...['secret.create', 'secret.read', 'secret.read', 'secret.delete', 'secret.read', 'secret.read'],
    ]);
    const byId = itemsOf(await read(`?actor=${String(byName[0]?.caller.actor_id)}&_sort=time`));
    expect(byId).toEqual(byName);
    expect(itemsOf(await read('?actor=nobody'))).toEqual([]);
  });

  it('does not tell which user a reader from another tenant is', async () => {
    await room.call({ ...ADMIN, tenant: 'payments' }, 'PUT', '/api/v3.1/secrets/shared', {
      ...{ value: 'a', visibility: 'global' },
    });
    const reader = await room.tenant('passing-by');
    await room.call(reader, 'GET', '/api/v3.1/secrets/shared', undefined, { 'X-Reason': 'curious' });
    const [event] = itemsOf(await read('?key=shared&action=secret.read'));
    expect(event?.caller).toMatchObject({ actor_name: null, address: null });
    expect(event?.caller).not.toHaveProperty('reason');
    expect(itemsOf(await read('?actor=passing-by-user'))).toEqual([]);
    expect(itemsOf(await read(`?actor=${String(event?.caller.actor_id)}`))).toEqual([event]);
  });

  it.each(['time', '-time'])('is whole in pages of two, by %s', async (sort) => {
    const whole = itemsOf(await read(`?_sort=${sort}&actor=payments-manager`)).map(({ id }) => id);
    const paged: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page = await read(`?_sort=${sort}&actor=payments-manager&_size=2&_after=${after}`);
      paged.push(...itemsOf(page).map(({ id }) => id));
      after = nextOf(page);
      expect(itemsOf(page).length).toBeLessThanOrEqual(2);
    }
    expect(paged).toEqual(whole);
  });

  it.each([
    ['_offset=1', '_offset'],
    ['action=secret.reed', 'action'],
    ['outcome=fine', 'outcome'],
    ['from=yesterday', 'from'],
    ['from=2026-02-31T00:00:00Z', 'from'],
    ['until=2026-03-20', 'until'],
    ['from=0001-01-01T00:00:00%2B01:00', 'from'],
    ['from=9999-12-31T23:59:59-05:00', 'from'],
    ['from=2026-03-20T10:00:00%2B02:00&until=2026-03-20T08:00:00Z', 'from'],
    ['_after=WzFd', '_after'],
    ['_sort=key', '_sort'],
    ['_size=1001', '_size'],
    ['format=xml', 'format'],
    [`key=${'k'.repeat(514)}`, 'key'],
    ['log=system', 'log'],
  ])('is not read with %s, and the answer says why', async (query, name) => {
    const answer = await read(`?${query}`);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(`[\`"]${name}[\`"]`)]);
  });

  it('holds one event for hostile input, which forges none and breaks none', async () => {
    const ugly = 'x","action":"secret.delete"\n{"id":1}\u001b[31m';
    const before = (await stored(ids.payments ?? '')).length;
    const query = `?key=${encodeURIComponent(ugly)}&actor=${encodeURIComponent(ugly)}`;
    expect(itemsOf(await read(query))).toEqual([]);
    const again = await read(`?key=${encodeURIComponent(ugly)}`);
    expect(itemsOf(again).map(({ action }) => action)).toEqual(['audit.list']);
    expect(again.text).not.toContain('\u001b');
    const table = (await read(`?key=${encodeURIComponent(ugly)}&format=csv`)).text;
    expect([table.includes('\u001b'), table.trim().split('\n').length]).toEqual([false, 3]);
    const huge = read('', auditor, { 'User-Agent': 'u'.repeat(1_000_000) });
    expect(
      await huge.then(
        ({ status }) => status,
        () => 431,
      ),
    ).toBe(431);
    const after = await stored(ids.payments ?? '');
    expect(after).toHaveLength(before + 3);
    for (const body of after) expect(Object.keys(JSON.parse(body) as object)).toHaveLength(11);
  });

  it('is not read by a cursor of the other order', async () => {
    const next = nextOf(await read('?_size=1'));
    expect((await read(`?_after=${next ?? ''}`)).status).toBe(200);
    expect((await read(`?_after=${next ?? ''}&_sort=time`)).status).toBe(400);
  });
});

describe('all logs', () => {
  it('are given in one order, and that is recorded in the log of the system alone', async () => {
    const counts = async (): Promise<number[]> => [
      (await stored('00000000-0000-0000-0000-000000000000')).length,
      (await stored(ids.payments ?? '')).length,
    ];
    const [system = 0, tenant = 0] = await counts();
    const answer = await read('/all', ADMIN);
    const events = itemsOf(answer);
    expect(new Set(events.map((event) => event.tenant_id)).size).toBeGreaterThanOrEqual(3);
    const inOrder = events.map(({ id }) => id);
    expect(inOrder).toEqual([...inOrder].sort().reverse());
    expect(await counts()).toEqual([system + 1, tenant]);
    expect(new Set(itemsOf(await read('/all?log=system', ADMIN)).map((event) => event.tenant_id))).toEqual(
      new Set([null]),
    );
    const paged: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page = await read(`/all?_size=20&_after=${after}&until=${events[0]?.time ?? ''}`, ADMIN);
      paged.push(...itemsOf(page).map(({ id }) => id));
      after = nextOf(page);
    }
    const newest = events[0]?.time;
    expect(paged).toEqual(events.filter(({ time }) => time < String(newest)).map(({ id }) => id));
  });

  it('are given for one tenant as they were before, and that is recorded once in its log and the system’s', async () => {
    const own = String(ids.payments);
    const system = '00000000-0000-0000-0000-000000000000';
    const before = await stored(own);
    const ofSystem = await stored(system);
    const answer = await read('/all?tenant_name=payments', ADMIN);
    expect(answer.text.startsWith(`{"items":[${before.join(',')}],"metadata":`)).toBe(true);
    const [event = '{}', ...rest] = await stored(own);
    const [eventOfSystem = '{}', ...restOfSystem] = await stored(system);
    expect([rest, restOfSystem]).toEqual([before, ofSystem]);
    const shown = { action: 'audit.list', outcome: 'ok', detail: { log: 'tenant' } };
    expect(JSON.parse(event)).toMatchObject({ ...shown, tenant_id: own });
    expect(JSON.parse(eventOfSystem)).toMatchObject({ ...shown, tenant_id: null });
    expect((JSON.parse(event) as Event).id).toBe((JSON.parse(eventOfSystem) as Event).id);
    const table = await read('/all?tenant_name=payments&format=csv&_size=1', ADMIN);
    expect(table.text).toContain(`${(JSON.parse(event) as Event).id},`);
  });

  it('name the reader in the log of the tenant that is asked for', async () => {
    const answer = await read(
      '/all?tenant_name=payments&key=db.password&action=secret.read&outcome=ok',
      ADMIN,
    );
    expect(acts(answer)).toEqual(['secret.read ok', 'secret.read ok']);
    const [event] = itemsOf(await read('?_size=1'));
    expect(event).toMatchObject({ action: 'audit.list', key: 'db.password', detail: { log: 'tenant' } });
    expect(event?.caller).toMatchObject({ actor_name: 'admin' });
    const [own] = itemsOf(await read('/all?log=system&action=audit.list&_size=1', ADMIN));
    expect(own).toMatchObject({ id: event?.id, tenant_id: null });
    expect((await read('/all?tenant_name=nowhere', ADMIN)).status).toBe(404);
    expect((await read('/all?tenant_name=payments&log=all', ADMIN)).status).toBe(400);
  });
});

describe('the table of events', () => {
  it('has a line for each event, and a link to the next page', async () => {
    const reason = { 'X-Reason': '=cmd|"/C calc"!A0, again' };
    await room.call(owner, 'GET', '/api/v3.1/secrets/in.csv', undefined, reason);
    const answer = await read('?key=in.csv&action=secret.read&format=csv&_size=1');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [names = '', line = '', ...rest] = answer.text.split('\r\n');
    expect(names).toBe(
      'id,time,tenant_id,action,key,secret_id,version,revision,outcome,actor_id,actor_name,method,request_id,address,' +
        'reason,detail',
    );
    expect(line).toContain(',secret.read,in.csv,,,,not_found,');
    expect(line.endsWith(`,127.0.0.1,"'=cmd|""/C calc""!A0, again",`)).toBe(true);
    expect(rest).toEqual(['']);
    const [, address = ''] = /^<(\?[^>]+)>; rel="next"$/.exec(String(answer.headers.link)) ?? [];
    expect((await read(address)).text).toBe(`${names}\r\n`);
  });
});

describe('a reason', () => {
  const fetchFor = (reason: string, key = 'why'): Promise<Answer> =>
    read('', owner, {}).then(() =>
      room.call(owner, 'GET', `/api/v3.1/secrets/${key}`, undefined, { 'X-Reason': reason }),
    );
  const reasonsFor = async (key: string): Promise<unknown[]> =>
    itemsOf(await read(`?key=${key}&action=secret.read&_sort=time`)).map(({ caller }) => caller.reason);

  it('is in the events of its request, trimmed, and no token is', async () => {
    const utf8 = Buffer.from('  Störung 4711 🔑 ').toString('latin1');
    const token = `ctok-${'a'.repeat(10)}-${'b'.repeat(40)}`;
    for (const reason of [utf8, `{"outcome":"ok"}`, `for ${token}`, 'x'.repeat(512)]) await fetchFor(reason);
    expect(await reasonsFor('why')).toEqual([
      ...['Störung 4711 🔑', '{"outcome":"ok"}', 'for ctok-aaaaaaaaaa-********', 'x'.repeat(512)],
    ]);
    expect(room.logs.join('')).not.toMatch(/4711|x{50}/);
  });

  it.each([
    ['that is too long', 'x'.repeat(513)],
    ['with a tab', 'a\tb'],
    ['with an ANSI sequence', Buffer.from('a\u009b31mb').toString('latin1')],
    ['with a mark of direction', Buffer.from('a\u202eb').toString('latin1')],
    ['that is not UTF-8', 'caf\u00e9'],
  ])('%s is refused, and nothing is done', async (_name, reason) => {
    const answer = await fetchFor(reason, 'not-done');
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('`X-Reason`')]);
    expect(await reasonsFor('not-done')).toEqual([]);
  });
});
