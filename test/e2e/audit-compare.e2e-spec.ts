import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Frontier } from '../../src/transparency/tree/frontier.js';
import { subtreesOf } from '../../src/transparency/tree/node-address.js';
import { until } from '../support/until.js';
import { ADMIN, type As } from '../support/strongroom.js';
import { CommandRoom } from './command-room.js';

const SECRETS = '/api/v3.1/secrets';

interface Found {
  agrees: boolean;
  secrets: number;
  events: number;
  unsealed_events: number;
  values_opened: boolean;
  differences: {
    kind: string;
    tenant: string;
    key: string | null;
    version: number | null;
    event_id: string | null;
    remark: string | null;
  }[];
  not_provable: number;
  not_provable_secrets?: { tenant: string; key: string }[];
}

let command: CommandRoom;
let manager: As;
let user: As;
let stranger: As;
beforeAll(async () => {
  command = await CommandRoom.start();
  const { room } = command;
  manager = await room.tenant('payments', 'manager');
  user = await room.member('payments', 'ulla', 'user');
  stranger = await room.tenant('reports');
  await room.join('ulla', 'reports', 'user');
  await useEveryFeature();
});
afterAll(() => command.stop());

async function ask(as: As, method: string, path: string, body?: unknown, wanted = 200): Promise<void> {
  const { status, text } = await command.room.call(as, method, path, body);
  expect([method, path, status, status === wanted ? '' : text]).toEqual([method, path, wanted, '']);
}

async function write(key: string, versions: number, more: object = {}, as = user): Promise<void> {
  await ask(as, 'PUT', `${SECRETS}/${key}`, { value: 'v1', ...more });
  for (let version = 2; version <= versions; version += 1)
    await ask(as, 'PATCH', `${SECRETS}/${key}`, { value: `v${version}` });
}

const idOf = async (key: string): Promise<string> =>
  (await command.room.database.asSuperuser<{ id: string }>('SELECT id FROM secrets WHERE key = $1', [key]))[0]
    ?.id ?? '';

/** Changes secrets by everything that can. */
async function useEveryFeature(): Promise<void> {
  await write('kept', 3);
  await write('narrow', 4, { max_versions: 2 });
  await write('described', 1, { labels: { team: 'x' }, expires_at: '+1d' });
  await ask(user, 'PATCH', `${SECRETS}/described`, { description: 'y', visibility: 'tenant' });
  await ask(user, 'PUT', `${SECRETS}/described`, { value: 'v2', update_if_exists: true });
  const owner = { creator: 'payments-manager' };
  await ask({ ...ADMIN, tenant: 'payments' }, 'PATCH', `${SECRETS}/described`, owner);
  await write('global', 1, { visibility: 'global' }, ADMIN);
  await ask(stranger, 'GET', `${SECRETS}/global`);
  await write('destroyed', 3);
  await ask(manager, 'DELETE', `${SECRETS}/destroyed/versions/1`, undefined, 204);
  await ask(user, 'POST', `${SECRETS}/destroyed/versions/2/restore`);
  await write('moved', 2);
  await ask(user, 'POST', `${SECRETS}/moved/move`, { key: 'moved.again' });
  for (const key of ['many.a', 'many.b']) await write(key, 2);
  await ask(user, 'POST', '/api/v3.1/bulk/secrets/move', { from_prefix: 'many.', to_prefix: 'more.' });
  await ask(user, 'POST', `${SECRETS}/kept/copy`, { key: 'copied' }, 201);
  await ask(user, 'POST', `${SECRETS}/kept/copy`, { tenant: 'reports', key: 'copied' }, 201);
  for (const key of ['trashed', 'restored', 'purged']) {
    await write(key, 2);
    await ask(user, 'DELETE', `${SECRETS}/${key}`, undefined, 204);
  }
  await ask(user, 'POST', `/api/v3.1/trash/secrets/${await idOf('restored')}/restore`);
  await ask(manager, 'DELETE', `/api/v3.1/trash/secrets/${await idOf('purged')}`, undefined, 204);
  await ask(user, 'POST', '/api/v3.1/bulk/secrets/write', {
    mode: 'all_or_nothing',
    items: [
      { key: 'bulk', value: 'v1' },
      { key: 'kept', value: 'v4', update_if_exists: true },
    ],
  });
  const row = {
    value: 'v1',
    visibility: 'tenant',
    is_hidden_value: false,
    tenant_name: 'payments',
    encrypted: false,
  };
  await ask(user, 'POST', `${SECRETS}/share/import`, {
    secrets_list: ['imported', 'kept'].map((key) => ({ ...row, key })),
    override_collisions: true,
  });
  await ask(user, 'PUT', `${SECRETS}/kept`, { value: 'again' }, 409);
  await command.room.tenant('closed', 'manager');
  const closing = { ...ADMIN, tenant: 'closed' };
  await write('gone', 1, {}, closing);
  await ask(closing, 'DELETE', `${SECRETS}/gone`, undefined, 204);
  const members = { tenant_name: 'closed', username: 'closed-manager' };
  await ask(ADMIN, 'DELETE', '/api/v3.1/tenants/users', members, 204);
  await ask(ADMIN, 'DELETE', '/api/v3.1/tenants/closed', undefined, 204);
}

const sql = <T = unknown>(text: string, values: unknown[] = []) =>
  command.room.database.asSuperuser<T & Record<string, unknown>>(text, values);

async function sealed(): Promise<void> {
  await until(async () => {
    const [row] = await sql<{ pending: number }>('SELECT count(*)::integer AS pending FROM audit_pending');
    return row?.pending === 0;
  });
}

/** Compares everything, and returns what was found. */
async function compared(options = ''): Promise<Found & { code: number }> {
  await sealed();
  const { code, stdout, stderr } = await command.run(`audit compare ${options} --json`);
  expect([0, 1, stdout === '' ? stderr : ''].includes(code)).toBe(true);
  return { code, ...(JSON.parse(stdout) as Found) };
}

/** Compares everything after a change by a superuser, and takes the change back. */
async function found(change: string, back: string): Promise<unknown[]> {
  await sql(change);
  try {
    const { code, differences } = await compared();
    expect(code).toBe(differences.length === 0 ? 0 : 1);
    return differences.map(({ kind, tenant, key, version }) => [
      kind,
      tenant,
      key,
      ...(version === null ? [] : [version]),
    ]);
  } finally {
    await sql(back);
  }
}

describe('audit compare', () => {
  it('finds nothing after a use of every feature', async () => {
    const { code, differences, agrees, secrets, events, values_opened: opened } = await compared();
    expect(differences).toEqual([]);
    expect([code, agrees, opened]).toEqual([0, true, true]);
    const [row] = await sql<{ secrets: number; events: number }>(
      `SELECT (SELECT count(*)::integer FROM secrets) AS secrets,
              (SELECT count(*)::integer FROM audit_leaves WHERE log_id <> '00000000-0000-0000-0000-000000000000') AS events`,
    );
    expect([secrets, events]).toEqual([row?.secrets, row?.events]);
    const { stdout } = await command.run('audit compare --tenant payments');
    expect(stdout).toMatch(
      /^The tables agree with the audit trail: compared \d+ secrets of 1 tenant with \d+ events\.\n$/,
    );
    expect(await command.run('audit compare --tenant nobody')).toMatchObject({ code: 3 });
  });

  const columns =
    'tenant_id, id, key, value, key_generation, version, revision, mark, version_created_by, created_by';

  it.each([
    [
      'a changed number of the version and the revision',
      `UPDATE secrets SET version = version + 1, revision = revision + 1 WHERE key = 'bulk'`,
      `UPDATE secrets SET version = version - 1, revision = revision - 1 WHERE key = 'bulk'`,
      [
        ['other_state', 'payments', 'bulk'],
        ['value_unfit', 'payments', 'bulk', 2],
      ],
    ],
    [
      'another mark',
      `UPDATE secrets SET mark = gen_random_uuid() WHERE key = 'bulk'`,
      `UPDATE secrets s SET mark = e.id FROM audit_events e WHERE s.key = 'bulk' AND e.secret_id = s.id AND e.action = 'secret.create'`,
      [['other_state', 'payments', 'bulk']],
    ],
    [
      'another key',
      `UPDATE secrets SET key = 'bulky' WHERE key = 'bulk'`,
      `UPDATE secrets SET key = 'bulk' WHERE key = 'bulky'`,
      [
        ['other_key', 'payments', 'bulky'],
        ['value_unfit', 'payments', 'bulky', 1],
      ],
    ],
    [
      'a deleted row',
      `CREATE TABLE lost AS SELECT * FROM secrets WHERE key = 'bulk'; DELETE FROM secrets WHERE key = 'bulk'`,
      `INSERT INTO secrets SELECT * FROM lost; DROP TABLE lost`,
      [['missing', 'payments', 'bulk']],
    ],
    [
      'an inserted row',
      `INSERT INTO secrets (${columns}) SELECT tenant_id, gen_random_uuid(), 'forged', value, key_generation, 1, 1, gen_random_uuid(),
         version_created_by, created_by FROM secrets WHERE key = 'bulk'`,
      `DELETE FROM secrets WHERE key = 'forged'`,
      [
        ['unrecorded', 'payments', 'forged'],
        ['value_unfit', 'payments', 'forged', 1],
      ],
    ],
    [
      'a secret taken out of the trash',
      `UPDATE secrets SET deleted_at = NULL WHERE key = 'trashed'`,
      `UPDATE secrets SET deleted_at = now() WHERE key = 'trashed'`,
      [['not_in_trash', 'payments', 'trashed']],
    ],
    [
      'a secret put into the trash',
      `UPDATE secrets SET deleted_at = now() WHERE key = 'bulk'`,
      `UPDATE secrets SET deleted_at = NULL WHERE key = 'bulk'`,
      [['in_trash', 'payments', 'bulk']],
    ],
    [
      'a destroyed version that was filled again',
      `UPDATE secret_versions v SET value = o.value, key_generation = 1, destroyed_at = NULL, destroyed_by = NULL
       FROM secret_versions o, secrets s WHERE s.key = 'destroyed' AND v.secret_id = s.id AND v.version = 1
         AND o.secret_id = s.id AND o.version = 2`,
      `UPDATE secret_versions v SET value = NULL, key_generation = NULL, destroyed_at = now(), destroyed_by = s.created_by
       FROM secrets s WHERE s.key = 'destroyed' AND v.secret_id = s.id AND v.version = 1`,
      [
        ['version_returned', 'payments', 'destroyed', 1],
        ['value_unfit', 'payments', 'destroyed', 1],
      ],
    ],
    [
      'a version that was destroyed without an event',
      `CREATE TABLE lost AS SELECT v.* FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE s.key = 'destroyed' AND v.version = 2;
       UPDATE secret_versions v SET value = NULL, key_generation = NULL, destroyed_at = now(), destroyed_by = v.created_by
       FROM lost l WHERE v.secret_id = l.secret_id AND v.version = 2`,
      `DELETE FROM secret_versions v USING lost l WHERE v.secret_id = l.secret_id AND v.version = 2;
       INSERT INTO secret_versions SELECT * FROM lost; DROP TABLE lost`,
      [['version_destroyed', 'payments', 'destroyed', 2]],
    ],
    [
      'a version that was deleted from among others',
      `CREATE TABLE lost AS SELECT v.* FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE s.key = 'destroyed' AND v.version = 2;
       DELETE FROM secret_versions v USING lost l WHERE v.secret_id = l.secret_id AND v.version = 2`,
      `INSERT INTO secret_versions SELECT * FROM lost; DROP TABLE lost`,
      [['version_misplaced', 'payments', 'destroyed', 1]],
    ],
    [
      'the values of two tenants, exchanged',
      `CREATE TABLE lost AS SELECT id, value FROM secrets WHERE key = 'copied';
       UPDATE secrets s SET value = l.value FROM lost l WHERE s.key = 'copied' AND l.id <> s.id`,
      `UPDATE secrets s SET value = l.value FROM lost l WHERE l.id = s.id; DROP TABLE lost`,
      [
        ['value_unfit', 'payments', 'copied', 1],
        ['value_unfit', 'reports', 'copied', 1],
      ],
    ],
    [
      'an event that was altered together with its row',
      `UPDATE audit_events SET body = replace(body, '"version" : 1', '"version" : 7') WHERE key = 'bulk' AND action = 'secret.create';
       UPDATE secrets SET version = 7 WHERE key = 'bulk'`,
      `UPDATE audit_events SET body = replace(body, '"version" : 7', '"version" : 1') WHERE key = 'bulk' AND action = 'secret.create';
       UPDATE secrets SET version = 1 WHERE key = 'bulk'`,
      [
        ['event_altered', 'payments', null],
        ['value_unfit', 'payments', 'bulk', 7],
      ],
    ],
    [
      'an event and its leaf, altered together',
      `CREATE TABLE lost AS SELECT * FROM audit_leaves;
       UPDATE audit_events SET body = replace(body, '"ulla"', '"alla"') WHERE key = 'bulk' AND action = 'secret.create';
       UPDATE audit_leaves l SET hash = sha256('\\x00'::bytea || convert_to(e.body, 'UTF8')) FROM audit_events e
       WHERE e.log_id = l.log_id AND e.id = l.event_id AND e.key = 'bulk'`,
      `UPDATE audit_events SET body = replace(body, '"alla"', '"ulla"') WHERE key = 'bulk' AND action = 'secret.create';
       UPDATE audit_leaves l SET hash = o.hash FROM lost o WHERE o.log_id = l.log_id AND o.event_id = l.event_id; DROP TABLE lost`,
      [['log_unproved', 'payments', null]],
    ],
    [
      'a deleted event',
      `CREATE TABLE lost AS SELECT * FROM audit_events WHERE key = 'bulk' AND action = 'secret.create';
       DELETE FROM audit_events WHERE key = 'bulk' AND action = 'secret.create'`,
      `INSERT INTO audit_events SELECT * FROM lost; DROP TABLE lost`,
      [
        ['event_missing', 'payments', null],
        ['unrecorded', 'payments', 'bulk'],
      ],
    ],
    [
      'events that were added past the service',
      `INSERT INTO audit_events (log_id, id, at, action, key, outcome, body)
       SELECT l.id, new_event_id(), now(), 'secret.read', 'planted', 'ok', '{}'
       FROM (SELECT id FROM tenants WHERE name = 'payments' UNION ALL VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) AS l`,
      `DELETE FROM audit_events WHERE key = 'planted'`,
      [
        ['event_never_sealed', null, null],
        ['event_never_sealed', 'payments', null],
      ],
    ],
  ])('finds %s', async (_what, change, back, expected) => {
    expect(await found(change, back)).toEqual(expected);
    expect((await compared()).differences).toEqual([]);
  });

  it('finds a purged secret that was put back', async () => {
    await write('raised', 1);
    await ask(user, 'DELETE', `${SECRETS}/raised`, undefined, 204);
    await sql(`CREATE TABLE raised AS SELECT * FROM secrets WHERE key = 'raised'`);
    await ask(manager, 'DELETE', `/api/v3.1/trash/secrets/${await idOf('raised')}`, undefined, 204);
    const put = 'INSERT INTO secrets SELECT * FROM raised';
    expect(await found(put, `DELETE FROM secrets WHERE key = 'raised'`)).toEqual([
      ['returned', 'payments', 'raised'],
    ]);
  });

  it('finds an older row that was put back whole', async () => {
    await sql(`CREATE TABLE saved AS SELECT * FROM secrets WHERE key = 'kept'`);
    await ask(user, 'PATCH', `${SECRETS}/kept`, { value: 'v5' });
    await sql(
      `CREATE TABLE present AS SELECT * FROM secrets WHERE key = 'kept' AND tenant_id IN (SELECT tenant_id FROM saved)`,
    );
    const put = (table: string) => `
      DELETE FROM secret_versions v USING ${table} o WHERE v.secret_id = o.id AND v.version >= o.version;
      UPDATE secrets s SET value = o.value, version = o.version, revision = o.revision, mark = o.mark,
        updated_at = o.updated_at, version_created_at = o.version_created_at FROM ${table} o WHERE o.id = s.id`;
    await sql(
      `CREATE TABLE kept_versions AS SELECT v.* FROM secret_versions v JOIN present s ON s.id = v.secret_id`,
    );
    const back = `${put('present')}; INSERT INTO secret_versions SELECT * FROM kept_versions ON CONFLICT DO NOTHING`;
    expect(await found(put('saved'), back)).toEqual([['other_state', 'payments', 'kept']]);
    // The row may be changed by the service after that: the events then do not follow from each other.
    await sealed();
    await sql(put('saved'));
    await ask(user, 'PATCH', `${SECRETS}/kept`, { value: 'v5 again' });
    const { differences } = await compared();
    expect(differences.map(({ kind, key }) => [kind, key])).toEqual([['history', 'kept']]);
    expect(differences[0]?.event_id).toMatch(/^[0-9a-f-]{36}$/);
    await sql('DELETE FROM secrets s USING present p WHERE s.id = p.id');
    expect((await compared()).differences.map(({ kind }) => kind)).toEqual(['history', 'missing']);
  });

  it('counts what is older than the events as not provable, and lists it', async () => {
    await sealed();
    const [log] = await sql<{ id: string; size: number }>(
      `SELECT c.log_id AS id, c.size::integer AS size FROM audit_checkpoints c JOIN tenants t ON t.id = c.log_id
       WHERE t.name = 'reports' ORDER BY c.size LIMIT 1`,
    );
    if (log === undefined) throw new Error('The log has a checkpoint');
    const leaves = await sql<{ hash: Buffer }>(
      'SELECT hash FROM audit_leaves WHERE log_id = $1 AND leaf_index < $2 ORDER BY leaf_index',
      [log.id, log.size],
    );
    const tree = Frontier.empty();
    for (const { hash } of leaves) tree.append(hash);
    for (const [index, node] of subtreesOf({ begin: 0, end: log.size }).entries())
      await sql('INSERT INTO audit_nodes VALUES ($1, 1, $2, $3, $4) ON CONFLICT DO NOTHING', [
        ...[log.id, node.level, node.index, tree.hashes[index]],
      ]);
    await sql('INSERT INTO audit_pruned VALUES ($1, 1, $2)', [log.id, log.size]);
    await sql(`DELETE FROM audit_events e USING audit_leaves l
      WHERE l.log_id = '${log.id}' AND l.leaf_index < ${log.size} AND e.log_id = l.log_id AND e.id = l.event_id`);
    await sql('DELETE FROM audit_leaves WHERE log_id = $1 AND leaf_index < $2', [log.id, log.size]);
    const {
      differences,
      not_provable: count,
      not_provable_secrets: listed,
    } = await compared('--tenant reports --verbose');
    expect([differences, count, listed?.map(({ tenant, key }) => [tenant, key])]).toEqual([
      [],
      1,
      [['reports', 'copied']],
    ]);
  });

  it('reads all epochs of a log, and finds that the key of one is gone', async () => {
    await command.json(`audit new-epoch --yes --reason 'put the snapshot back'`);
    await write('afterwards', 2, {}, { ...user, tenant: 'reports' });
    const before = await compared('--tenant reports');
    expect([before.code, before.differences]).toEqual([0, []]);
    await sql(
      'CREATE TABLE lost AS SELECT * FROM audit_log_keys WHERE epoch = 1; DELETE FROM audit_log_keys WHERE epoch = 1',
    );
    const { differences } = await compared('--tenant reports');
    expect(differences.map(({ kind }) => kind)).toEqual(['log_unproved']);
    const asked = { ...ADMIN, tenant: 'reports' };
    const { text } = await command.room.call(asked, 'GET', '/api/v3.1/audit/export');
    expect(text.match(/"log":"[^"]*"/g)).toHaveLength(2);
    await sql('INSERT INTO audit_log_keys SELECT * FROM lost; DROP TABLE lost');
  });

  it('takes events that are not sealed yet as they are, and says so', async () => {
    const room = command.room;
    await sealed();
    await room.stopJobs();
    await write('fresh', 2, {}, { ...user, tenant: 'reports' });
    const { stdout, code } = await command.run('audit compare --tenant reports --json');
    const { differences, unsealed_events: unsealed } = JSON.parse(stdout) as Found;
    expect([code, differences, unsealed]).toEqual([0, [], 2]);
    const { stdout: text } = await command.run('audit compare --tenant reports');
    expect(text).toContain(
      '2 events of these are not sealed yet, so only what the database says of them counts.',
    );
  });
});
