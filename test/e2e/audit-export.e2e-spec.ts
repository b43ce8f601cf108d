import { request, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { StoredNodes } from '../../src/audit-trail/trees/stored-nodes.js';
import { readOlderCheckpoint } from '../../src/audit-trail/verify/older-checkpoints.js';
import { verifyProof, type ProofReport } from '../../src/audit-trail/verify/verify-proof.js';
import { LogKeys } from '../../src/transparency/log-keys.js';
import type { TreeHead } from '../../src/transparency/note/checkpoint.js';
import { subtreesOf } from '../../src/transparency/tree/node-address.js';
import { storedFrontier } from '../../src/transparency/tree/stored-frontier.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { sealed } from '../support/sealed.js';
import { VERIFIERS } from '../unit/audit-trail/verifiers.js';

const AUDIT = '/api/v3.1/audit';

let room: Strongroom;
let owner: As & { login: string; tenant: string };
let auditor: As & { login: string; tenant: string };
beforeAll(async () => {
  room = await Strongroom.start();
  owner = await room.tenant('payments', 'manager');
  auditor = await room.member('payments', 'audra', 'auditor');
  await room.tenant('strangers');
  for (let n = 0; n < 40; n += 1) {
    await room.secret(owner, 'PUT', `key-${n % 4}`, `value ${n}`);
    await room.secret(owner, 'GET', `key-${n % 4}`);
  }
  await sealed(room.database);
});
afterAll(() => room.stop());

const ask = (path: string, as: As = auditor, method = 'GET') => room.call(as, method, `${AUDIT}${path}`);
const text = async (path: string, as: As = auditor): Promise<string> => {
  const answer = await ask(path, as);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text;
};

/** Verifies an export by both verifiers, and returns the number of events and of logs that are proved. */
async function verify(
  file: string,
  keys: string,
  checkpoint?: string,
): Promise<[events: number, logs: number]> {
  const kept = checkpoint === undefined ? [] : [checkpoint];
  const proved = [];
  for (const [, verifier] of VERIFIERS) {
    const { line, problem, events, logs } = await verifier(Buffer.from(file), keys, kept);
    expect([line, problem]).toEqual([null, null]);
    proved.push([events, logs.length] as [number, number]);
  }
  expect(proved[1]).toEqual(proved[0]);
  return proved[0]!;
}

/** Verifies a proof, and returns what it shows. */
function proved(proof: string, keyText: string, checkpoint?: string): ProofReport {
  const keys = LogKeys.parse(keyText);
  const older = checkpoint === undefined ? [] : [readOlderCheckpoint(checkpoint, keys) as TreeHead];
  const report = verifyProof(proof, keys, older);
  if (typeof report === 'string') throw new Error(report);
  return report;
}

const eventsIn = (file: string): number => file.split('\n').filter((line) => line.startsWith('{"id"')).length;

/** Returns the details of the events of exports, the oldest first. */
const exportsOf = async (log: string): Promise<{ outcome: string; detail: Record<string, string> }[]> =>
  room.database.asSuperuser(
    `SELECT e.outcome, e.body::json -> 'detail' AS detail FROM audit_events e LEFT JOIN tenants t ON t.id = e.log_id
     WHERE e.action = 'audit.export' AND coalesce(t.name, 'system') = $1 ORDER BY e.id`,
    [log],
  );

describe('an export of the audit trail', () => {
  it('is proved by both verifiers with the keys of the service, and holds the log of the tenant', async () => {
    const [file, keys] = [await text('/export'), await text('/keys')];
    const [{ count } = { count: 0 }] = await room.database.asSuperuser<{ count: number }>(
      `SELECT count(*)::int FROM audit_leaves l JOIN tenants t ON t.id = l.log_id WHERE t.name = 'payments'`,
    );
    expect(eventsIn(file)).toBeGreaterThanOrEqual(80);
    expect(eventsIn(file)).toBeLessThanOrEqual(count);
    expect(await verify(file, keys)).toEqual([eventsIn(file), 1]);
    expect(file).not.toContain('value 1');
  });

  it('is recorded at its beginning and its end, with the number of events', async () => {
    const before = (await exportsOf('payments')).length;
    const file = await text('/export');
    const [begin, end, ...more] = (await exportsOf('payments')).slice(before);
    expect(more).toEqual([]);
    expect(begin).toEqual({ outcome: 'ok', detail: { stage: 'begin', format: 'jsonl' } });
    expect(end).toMatchObject({
      outcome: 'ok',
      detail: { stage: 'end', format: 'jsonl', events: String(eventsIn(file)) },
    });
  });

  it('of all logs holds each, and is recorded in the log of a tenant that is named', async () => {
    const [file, keys] = [await text('/all/export', ADMIN), await text('/all/keys', ADMIN)];
    const logs = file.split('\n').filter((line) => line.includes('"log":'));
    expect(logs).toHaveLength(2);
    expect(await verify(file, keys)).toEqual([eventsIn(file), 2]);
    const before = (await exportsOf('payments')).length;
    const one = await text('/all/export?tenant_name=payments', ADMIN);
    expect(one.split('\n').filter((line) => line.includes('"log":'))).toEqual([
      expect.stringContaining((JSON.parse(logs[1] ?? '') as { log: string }).log),
    ]);
    const told = (await exportsOf('payments')).slice(before).map(({ detail }) => detail.stage);
    expect(told).toEqual(['begin', 'end']);
    await sealed(room.database);
    const system = await text('/all/export?log=system', ADMIN);
    expect(system).toContain('"tenant.create"');
    await verify(system, keys);
  });

  it('gives only what is new since a checkpoint that was kept, which it proves to be continued', async () => {
    await sealed(room.database);
    const [checkpoint, keys] = [await text('/checkpoint'), await text('/keys')];
    const size = Number(checkpoint.split('\n')[1]);
    await wait(1_100);
    await room.secret(owner, 'GET', 'key-1');
    await sealed(room.database);
    const file = await text(`/export?since=${size}`);
    expect(eventsIn(file)).toBeGreaterThan(0);
    expect(eventsIn(file)).toBeLessThan(size);
    expect(JSON.parse(file.split('\n')[1] ?? '')).toMatchObject({ frontier: expect.any(Array) });
    await verify(file, keys, checkpoint);
    const byTime = await text(`/export?since=${new Date().toISOString()}`);
    expect(eventsIn(byTime)).toBeLessThan(eventsIn(file) + 10);
    await verify(byTime, keys);
    const all = await text(`/all/export?since=${new Date(Date.now() + 60_000).toISOString()}`, ADMIN);
    await verify(all, await text('/all/keys', ADMIN));
    expect(await ask(`/export?since=${size + 100_000}`)).toMatchObject({ status: 409 });
    expect(await ask(`/export?since=${size}&epoch=2`)).toMatchObject({ status: 409 });
  });

  it('begins where the log was pruned', async () => {
    const other = await room.tenant('pruned', 'manager');
    for (let n = 0; n < 20; n += 1) await room.secret(other, 'GET', 'nothing');
    await sealed(room.database);
    await room.secret(other, 'GET', 'nothing');
    await wait(1_100);
    await room.secret(other, 'GET', 'nothing');
    await sealed(room.database);
    const events = await room.call(other, 'GET', `${AUDIT}?_sort=time&_size=1`);
    const [first] = events.body.items as { id: string }[];
    const { items } = (await room.call(other, 'GET', `${AUDIT}/checkpoints`)).body as {
      items: { size: number; checkpoint: string }[];
    };
    const { size = 0, checkpoint = '' } = items[1] ?? {};
    expect((await ask(`/proofs/inclusion?event=${first?.id}`, other)).status).toBe(200);
    await prune(room, 'pruned', size);
    const file = await text('/export', other);
    const keys = await text('/keys', other);
    expect(JSON.parse(file.split('\n')[1] ?? '')).toMatchObject({ checkpoint });
    await verify(file, keys, checkpoint);
    expect(await ask('/export?since=1', other)).toMatchObject({
      status: 410,
      body: { error_code: 'pruned' },
    });
    expect(await ask(`/export?since=${size}`, other)).toMatchObject({ status: 200 });
    expect(await ask(`/proofs/inclusion?event=${first?.id}`, other)).toMatchObject({ status: 410 });
    expect(await ask('/proofs/consistency?old=1', other)).toMatchObject({ status: 410 });
    const proof = await text(`/proofs/consistency?old=${size}`, other);
    expect(proved(proof, keys, checkpoint).olderSizes).toEqual([size]);
  });

  it('has the epochs of a log one after the other', async () => {
    const other = await room.tenant('restored', 'manager');
    await room.secret(other, 'GET', 'before');
    await sealed(room.database);
    await room.database.asSuperuser(`UPDATE installation SET incarnation = 'another'`);
    await room.secret(other, 'GET', 'after');
    await sealed(room.database);
    const [file, keys] = [await text('/export', other), await text('/keys', other)];
    expect(file.split('\n').filter((line) => line.includes('"log":'))).toHaveLength(2);
    expect((await verify(file, keys))[1]).toBe(2);
    const [{ epoch } = { epoch: 0 }] = await room.database.asSuperuser<{ epoch: number }>(
      'SELECT epoch FROM installation',
    );
    expect(epoch).toBeGreaterThan(1_000_000);
    const later = await text(`/export?since=1&epoch=${epoch}`, other);
    expect(later.split('\n').filter((line) => line.includes('"log":'))).toHaveLength(1);
    await verify(later, keys);
    expect(await text(`/checkpoint?epoch=${epoch}`, other)).toContain(`/${epoch}\n`);
    expect(await text('/checkpoint?epoch=1', other)).not.toContain(`/${epoch}\n`);
  });

  it('says of which epoch a size was meant, and how to name another', async () => {
    const other = await room.tenant('moved', 'manager');
    await room.database.asSuperuser(`UPDATE installation SET incarnation = 'yet another'`);
    await room.secret(other, 'GET', 'after');
    await sealed(room.database);
    const [origin = '', size] = (await text('/checkpoint', other)).split('\n');
    const epoch = origin.split('/').at(-1);
    for (const path of [
      `/export?since=${size}`,
      `/proofs/consistency?old=${size}`,
      `/checkpoint?size=${size}`,
    ]) {
      const refused = await ask(path, other);
      expect(refused.body.message).toMatch(
        /epoch 1\b.*at the end of the first the number to give as `epoch`/,
      );
      expect([404, 409]).toContain(refused.status);
      await text(`${path}&epoch=${epoch}`, other);
    }
  });

  it('as a table says who read a key between two dates, whole', async () => {
    const table = await text('/export?format=csv&key=key-1&action=secret.read&from=2020-01-01T00:00:00Z');
    const [names, ...lines] = table.trimEnd().split('\r\n');
    expect(names).toMatch(/^id,time,tenant_id,action,key,/);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    for (const line of lines) expect(line.split(',').slice(3, 5)).toEqual(['secret.read', 'key-1']);
    const all = await text('/all/export?format=csv&actor=payments-manager', ADMIN);
    expect(all.trimEnd().split('\r\n').length).toBeGreaterThan(80);
    expect(await text('/export?format=csv&key=no-such')).toBe(`${names}\r\n`);
  });

  it('goes on beside another, and ends when its reader goes', async () => {
    const both = await Promise.all([text('/export'), text('/export')]);
    const keys = await text('/keys');
    for (const file of both) await verify(file, keys);
    await plant(40_000);
    await sealed(room.database);
    const before = (await exportsOf('payments')).length;
    const incoming = await begun(`${AUDIT}/export`);
    await wait(300);
    incoming.on('error', () => undefined).destroy();
    for (let tries = 0; tries < 100 && (await exportsOf('payments')).length < before + 2; tries += 1)
      await wait(50);
    const [, end] = (await exportsOf('payments')).slice(before);
    expect(end).toMatchObject({ outcome: 'failed', detail: { stage: 'end' } });
    expect(Number(end?.detail.events)).toBeLessThan(35_000);
    await verify(await text('/export'), await text('/keys'));
  });

  it('ends without its last line where the right ends, or the database fails', async () => {
    const incoming = await begun(`${AUDIT}/export`);
    await room.database.asSuperuser('ALTER TABLE audit_leaves RENAME TO audit_leaves_away');
    try {
      const chunks: string[] = [];
      const read = async (): Promise<void> => {
        for await (const chunk of incoming.setEncoding('utf8')) chunks.push(String(chunk));
      };
      await expect(read()).rejects.toThrow('aborted');
      expect(chunks.join('')).not.toContain('"end":');
    } finally {
      await room.database.asSuperuser('ALTER TABLE audit_leaves_away RENAME TO audit_leaves');
    }
    const again = await begun(`${AUDIT}/export`);
    await room.database.asSuperuser(
      `DELETE FROM tenant_users u USING users o WHERE o.id = u.user_id AND o.username = 'audra'`,
    );
    try {
      const read = async (): Promise<void> => {
        for await (const _chunk of again);
      };
      await expect(read()).rejects.toThrow('aborted');
    } finally {
      await room.join('audra', 'payments', 'auditor');
    }
  });

  it.each([
    ['/export?_size=1', '_size'],
    ['/export?format=xml', 'format'],
    ['/export?key=x', 'key'],
    ['/export?since=yesterday', 'since'],
    ['/export?epoch=2', 'epoch'],
    ['/export?format=csv&since=1', 'since'],
    ['/export?since=2026-01-01T00:00:00Z&epoch=1', 'epoch'],
    ['/export?log=all', 'log'],
    ['/keys?x=1', 'x'],
    ['/checkpoint?size=0', 'size'],
    ['/checkpoint?epoch=one', 'epoch'],
    ['/checkpoints?_after=xyz', '_after'],
    ['/proofs/inclusion', 'event'],
    ['/proofs/inclusion?event=1', 'event'],
    ['/proofs/consistency', 'old'],
    ['/proofs/consistency?old=1&new=x', 'new'],
  ])('refuses %s', async (path, named) => {
    const { status, body } = await ask(path);
    expect([status, String(body.message)]).toEqual([400, expect.stringContaining(named)]);
  });

  it('is refused to those who may not read the log', async () => {
    const viewer = await room.member('payments', 'vera', 'viewer');
    const routes = ['export', 'keys', 'checkpoint', 'checkpoints'];
    for (const route of [...routes, 'proofs/consistency?old=1']) {
      expect([route, (await ask(`/${route}`, viewer)).status]).toEqual([route, 403]);
      expect([route, (await ask(`/${route}`, { ...auditor, tenant: 'strangers' })).status]).toEqual([
        route,
        403,
      ]);
      expect([route, (await ask(`/all/${route}`)).status]).toEqual([route, 403]);
    }
    expect((await ask('/all/export?tenant_name=no-such', ADMIN)).status).toBe(404);
    expect((await ask('/all/export?since=5', ADMIN)).status).toBe(400);
  });

  it('by HEAD gives headers, and is recorded as that', async () => {
    const { status, headers, text: body } = await ask('/export', auditor, 'HEAD');
    expect([status, body, headers['content-type']]).toEqual([200, '', 'application/jsonl; charset=utf-8']);
    expect((await exportsOf('payments')).at(-1)?.detail).toMatchObject({ head: 'true' });
    expect(await ask('/keys', auditor, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('proofs of the audit trail', () => {
  it('show that a log has an event, to both verifiers', async () => {
    await sealed(room.database);
    const { body } = await ask('?_size=5');
    const keys = await text('/keys');
    await sealed(room.database);
    for (const { id } of body.items as { id: string }[]) {
      const { event } = proved(await text(`/proofs/inclusion?event=${id}`), keys);
      expect(JSON.parse(String(event?.body))).toMatchObject({ id });
    }
    const before = await ask(`/proofs/inclusion?event=${(body.items as { id: string }[])[0]?.id}&size=1`);
    expect([404, 409]).toContain(before.status);
  });

  it('say of an event that is not sealed, and of one that the service did not record, that it cannot be proved', async () => {
    const { id } = await planted('forged');
    expect(await ask(`/proofs/inclusion?event=${id}`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('not recorded by the service') },
    });
    expect((await ask('/proofs/inclusion?event=019d0a3c-9a1c-7e5b-8f0a-6c1d2e3f4a5b')).status).toBe(404);
    await room.database.asSuperuser(`DELETE FROM audit_events WHERE id = $1`, [id]);
    await room.stopJobs();
    await room.secret(owner, 'GET', 'key-2');
    const { body } = await ask('?key=key-2&_size=1');
    const [waiting] = body.items as { id: string }[];
    expect(await ask(`/proofs/inclusion?event=${waiting?.id}`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('not sealed yet') },
    });
  });

  it('of any log need one that is named', async () => {
    expect((await ask('/all/checkpoint', ADMIN)).status).toBe(400);
    expect((await ask('/all/checkpoint?log=system&tenant_name=payments', ADMIN)).status).toBe(400);
    expect(await text('/all/checkpoint?log=system', ADMIN)).toContain(
      '/00000000-0000-0000-0000-000000000000/',
    );
    const byName = await text('/all/checkpoint?tenant_name=payments', ADMIN);
    const id = /\/([0-9a-f-]{36})\/\d+\n/.exec(byName)?.[1] ?? '';
    expect(await text(`/all/checkpoint?log=${id}`, ADMIN)).toBe(byName);
    expect((await ask('/all/checkpoint?log=019d0a3c-9a1c-7e5b-8f0a-6c1d2e3f4a5b', ADMIN)).status).toBe(404);
    expect(await text('/checkpoint')).toBe(byName);
    const { items, metadata } = (await ask('/checkpoints?_size=1')).body as {
      items: { checkpoint: string }[];
      metadata: { next: string };
    };
    expect(items.map(({ checkpoint }) => checkpoint)).toEqual([byName]);
    const next = await ask(`/checkpoints?_size=1&_after=${metadata.next}`);
    expect(next.body.items).toHaveLength(1);
    expect(next.body.items).not.toEqual(items);
  });
});

/** Writes an event past the service, as only a superuser can. */
async function planted(key: string): Promise<{ id: string }> {
  const [event] = await room.database.asSuperuser<{ id: string }>(
    `INSERT INTO audit_events SELECT e.log_id, new_event_id(), now(), e.action, e.actor_id, $1, e.secret_id, e.revision,
       e.outcome, replace(e.body, e.id::text, new_event_id()::text) FROM audit_events e JOIN tenants t ON t.id = e.log_id
     WHERE t.name = 'payments' LIMIT 1 RETURNING id`,
    [key],
  );
  return event!;
}

/** Records many events as the service does. */
async function plant(count: number): Promise<void> {
  await room.database.asSuperuser(
    `SELECT record_events(array_agg(ROW(t.id, new_event_id(), 'secret.read', 'k', NULL, NULL, NULL, 'ok', NULL, NULL)::audit_entry))
     FROM tenants t, generate_series(1, $1) WHERE t.name = 'payments'`,
    [count],
  );
}

/** Removes the leaves below a size as pruning does. */
async function prune({ database }: Strongroom, tenant: string, size: number): Promise<void> {
  const [{ id } = { id: '' }] = await database.asSuperuser<{ id: string }>(
    'SELECT id FROM tenants WHERE name = $1',
    [tenant],
  );
  const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  const frontier = await source.transaction((manager) =>
    storedFrontier(new StoredNodes(manager, { logId: id, epoch: 1 }), size),
  );
  await source.destroy();
  const addresses = subtreesOf({ begin: 0, end: size });
  await database.asSuperuser(
    `WITH nodes AS (INSERT INTO audit_nodes SELECT $1, 1, f.level, f.index, f.hash
                    FROM unnest($2::int[], $3::bigint[], $4::bytea[]) AS f (level, index, hash)),
          pruned AS (INSERT INTO audit_pruned VALUES ($1, 1, $5)),
          leaves AS (DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index < $5 RETURNING event_id)
     DELETE FROM audit_events e USING leaves l WHERE e.log_id = $1 AND e.id = l.event_id`,
    [id, addresses.map(({ level }) => level), addresses.map(({ index }) => index), frontier.hashes, size],
  );
}

/** Begins an export without reading its body. */
function begun(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${room.service.url}${path}`, {
      headers: { tenant: 'payments' },
      auth: auditor.login,
      agent: false,
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
}
