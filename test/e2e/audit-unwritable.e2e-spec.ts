import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_ROLE, OWNER, READER_ROLE } from '../support/database.js';
import { expectProvedTrail } from '../support/proved-trail.js';
import { query, testServer } from '../support/server.js';
import { SmallDisk } from '../support/small-disk.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const V31 = '/api/v3.1';
const CANARY = 'canary-8d31b7';

type Call = readonly [method: string, path: string, body?: object];

/** Lists the ways to values, and to what else is recorded. `$…` stands for an id. */
const READS: readonly Call[] = [
  ['GET', '/api/v3/secrets/kept'],
  ['GET', `${V31}/secrets/kept`],
  ['GET', `${V31}/secrets/kept?version=1`],
  ['GET', `${V31}/secrets/kept?_skip_value=true`],
  ['HEAD', `${V31}/secrets/kept`],
  ['GET', `${V31}/secrets/not-there`],
  ['GET', `${V31}/secrets/kept/versions`],
  ['POST', `${V31}/bulk/secrets/read`, { keys: ['kept', 'other'] }],
  ['POST', `${V31}/bulk/secrets/read`, { prefix: 'ke' }],
  ['GET', `${V31}/secrets/share/export`],
  ['GET', `/api/v3/secrets/share/export`],
  ['GET', `${V31}/secrets`],
  ['GET', '/api/v3/secrets'],
  ['POST', `${V31}/searches/secrets`, {}],
  ['GET', `${V31}/changes/secrets?since=$cursor`],
  ['GET', `${V31}/trash/secrets`],
  ['GET', `${V31}/audit`],
  ['GET', `${V31}/audit/all`],
  ['GET', `${V31}/users`],
  ['GET', `${V31}/tokens`],
];

const WRITES: readonly Call[] = [
  ['PUT', '/api/v3/secrets/new', { value: CANARY }],
  ['PUT', `${V31}/secrets/new`, { value: CANARY }],
  ['PUT', `${V31}/secrets/kept`, { value: 'refused', update_if_exists: true }],
  ['PATCH', `${V31}/secrets/kept`, { value: 'changed' }],
  ['PATCH', `${V31}/secrets/kept`, { description: 'changed' }],
  ['PATCH', '/api/v3/secrets/kept/set-visibility', { visibility: 'global' }],
  ['DELETE', `${V31}/secrets/kept`],
  ['POST', `${V31}/secrets/kept/copy`, { key: 'copied' }],
  ['POST', `${V31}/secrets/kept/copy`, { tenant: 'unrecorded-too' }],
  ['POST', `${V31}/secrets/kept/move`, { key: 'moved' }],
  ['POST', `${V31}/bulk/secrets/move`, { from_prefix: 'kep', to_prefix: 'sto' }],
  ['POST', `${V31}/secrets/kept/versions/1/restore`],
  ['DELETE', `${V31}/secrets/kept/versions/1`],
  ['POST', `${V31}/trash/secrets/$trashed/restore`],
  ['DELETE', `${V31}/trash/secrets/$trashed`],
  [
    ...(['POST', `${V31}/bulk/secrets/write`] as const),
    { mode: 'all_or_nothing', items: [{ key: 'bulk', value: CANARY }] },
  ],
  [
    ...(['POST', `${V31}/secrets/share/import`] as const),
    {
      override_collisions: true,
      secrets_list: [
        {
          key: 'imported',
          value: CANARY,
          visibility: 'tenant',
          tenant_name: 'unrecorded',
          is_hidden_value: false,
        },
      ],
    },
  ],
  ['PUT', `${V31}/users`, { username: 'newcomer', password: 'password-of-newcomer', role: 'default' }],
  ['POST', `${V31}/tenants/new-one`],
  ['POST', `${V31}/tokens`, { description: 'of a test' }],
  ['PUT', `${V31}/permissions/viewer/secret_export`],
];

/** Fills the pages that the table of events has, with rows that are smaller than any event. */
const FILL_PAGES = `DO $$ BEGIN LOOP
    BEGIN
      INSERT INTO audit_events (log_id, id, at, action, outcome, body)
      VALUES (gen_random_uuid(), new_event_id(), now(), 'filler', 'ok', '{"id" : "filler"}');
    EXCEPTION WHEN disk_full THEN EXIT;
    END;
  END LOOP; END $$`;

/** Lists everything that a refused request must leave as it is. */
const STATE = [
  ...['secrets', 'secret_versions', 'tenants', 'tenant_settings'],
  ...['tokens', 'tenant_users', 'role_permissions', 'audit_events'],
];

describe('an audit trail that cannot be written', () => {
  const disk = SmallDisk.mount();
  let room: Strongroom;
  let user: As;
  let ids: Record<string, string>;
  let guesses = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    user = { ...ADMIN, tenant: 'unrecorded' };
    await room.tenant('unrecorded');
    await room.tenant('unrecorded-too');
    const { cursor } = (await room.call(user, 'GET', `${V31}/changes/secrets`)).body as { cursor: string };
    for (const [key, value] of Object.entries({ kept: `${CANARY}-1`, other: CANARY, trashed: CANARY }))
      expect((await room.secret(user, 'PUT', key, value)).status).toBe(200);
    expect((await room.secret(user, 'PATCH', 'kept', `${CANARY}-2`)).status).toBe(200);
    expect((await room.secret(user, 'DELETE', 'trashed')).status).toBe(200);
    const [trashed] = await room.database.asSuperuser<{ id: string }>(
      `SELECT id FROM secrets WHERE key = 'trashed'`,
    );
    ids = { $trashed: trashed?.id ?? '', $cursor: cursor };
    const wrong = [];
    for (const call of READS) {
      const { status, text } = await ask(call);
      if (status !== (call[1].endsWith('/not-there') ? 404 : 200)) wrong.push([call, status, text]);
    }
    expect(wrong).toEqual([]);
  });
  afterAll(async () => {
    await room.stop();
    if (disk === undefined) return;
    const { url } = await testServer();
    await query(url('postgres', 'postgres'), `DROP TABLESPACE IF EXISTS small_${room.database.name}`);
    disk.unmount();
  });

  const ask = ([method, path, body]: Call) =>
    room.call(
      user,
      method,
      path.replace(/\$\w+/, (name) => ids[name] ?? ''),
      body,
    );

  /** Returns a digest of each table, and of the accounts without what a login changes. */
  async function state(): Promise<unknown> {
    const digests = [
      ...STATE.map((name) => [name, '*'] as const),
      ['users', 'id, username, system_role, password_hash'] as const,
    ].map(
      ([name, columns]) =>
        `SELECT '${name}' AS name, md5(string_agg(t::text, ';' ORDER BY t::text)) AS digest FROM (SELECT ${columns} FROM ${name}) t`,
    );
    return room.database.asSuperuser(`${digests.join(' UNION ALL ')} ORDER BY 1`);
  }

  const rights = (verb: string, from: string) => (what: string, role: string) =>
    `${verb} ${what} ${from} ${role}`;
  const [revoke, grant] = [rights('REVOKE', 'FROM'), rights('GRANT', 'TO')];
  const both = (sql: typeof revoke, what: string) =>
    [APP_ROLE, READER_ROLE, OWNER].map((role) => sql(what, role));
  const FULL = `CREATE OR REPLACE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file "base/1/2": No space left on device'; END $$`;

  const WAYS: readonly (readonly [how: string, damage: readonly string[], repair: readonly string[]])[] = [
    ...['audit_events', 'audit_pending'].map(
      (table) =>
        [
          `whose rows nobody may insert into ${table}`,
          both(revoke, `INSERT ON ${table}`),
          both(grant, `INSERT ON ${table}`),
        ] as const,
    ),
    [
      'whose function nobody may call',
      both(revoke, 'EXECUTE ON FUNCTION record_events'),
      both(grant, 'EXECUTE ON FUNCTION record_events'),
    ],
    ...['audit_events', 'audit_pending'].map(
      (table) =>
        [
          `whose disk is full, as ${table} finds it`,
          [
            FULL,
            `CREATE TRIGGER no_space BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION no_space()`,
          ],
          [`DROP TRIGGER no_space ON ${table}`],
        ] as const,
    ),
    [
      'of which a table is gone',
      ['ALTER TABLE audit_pending RENAME TO audit_pending_away'],
      ['ALTER TABLE audit_pending_away RENAME TO audit_pending'],
    ],
  ];

  async function expectRefusals(): Promise<void> {
    const before = await state();
    const served: unknown[] = [];
    for (const call of [...READS, ...WRITES]) {
      const { status, text, headers, body } = await ask(call);
      const isRefused = status === 503 && (call[0] === 'HEAD' || body.error_code === 'unavailable');
      if (!isRefused || headers['retry-after'] === undefined) served.push([call, status, text]);
      expect(text).not.toContain(CANARY);
    }
    expect(served).toEqual([]);
    const each = { mode: 'each', items: [{ key: 'bulk', value: CANARY }] };
    expect((await ask(['POST', `${V31}/bulk/secrets/write`, each])).body.items).toEqual([
      { key: 'bulk', outcome: 'refused', error: expect.objectContaining({ status: 503 }) },
    ]);
    const guess = await room.secret({ login: `guessed-${(guesses += 1)}:wrong` }, 'GET', 'kept');
    expect(guess.status).toBe(503);
    expect(await state()).toEqual(before);
  }

  async function expectService(): Promise<void> {
    await until(async () => (await room.call({}, 'GET', '/health/ready')).status === 200, 50);
    expect((await room.secret(user, 'GET', 'kept')).body.value).toBe(`${CANARY}-2`);
    expect((await room.secret(user, 'PATCH', 'other', CANARY)).status).toBe(200);
    await expectProvedTrail(room.database);
  }

  it.each(WAYS)('%s: every act is 503, and all is well again by itself', async (_how, damage, repair) => {
    for (const statement of damage) await room.database.asSuperuser(statement);
    try {
      await expectRefusals();
    } finally {
      for (const statement of repair) await room.database.asSuperuser(statement);
    }
    await expectService();
  });

  // Only root can mount a disk that is small enough.
  if (disk !== undefined)
    it('on a disk that is full: the same', async () => {
      const space = `small_${room.database.name}`;
      const tables = `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_events'::regclass`;
      await room.database.asSuperuser(`CREATE TABLESPACE ${space} LOCATION '${disk.tables}'`);
      for (const { name } of await room.database.asSuperuser<{ name: string }>(tables))
        await room.database.asSuperuser(`ALTER TABLE ${name} SET TABLESPACE ${space}`);
      disk.fill();
      try {
        await room.database.asSuperuser(FILL_PAGES);
        await expectRefusals();
      } finally {
        disk.release();
        await room.database.asSuperuser(`DELETE FROM audit_events WHERE action = 'filler'`);
      }
      await expectService();
    });
});
