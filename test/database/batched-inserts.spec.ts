import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { JsonText } from '../../src/api/json/json-text.js';
import { newEvent } from '../../src/audit/audit-event.js';
import { Unavailable } from '../../src/common/errors.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { entities } from '../../src/bootstrap/entities.js';
import type { SecretInserts } from '../../src/secrets/store/secret-inserts.js';
import { insertRecord } from '../../src/secrets/store/secret-records.js';
import { SealedValue } from '../../src/crypto/sealed-value.js';
import { DEFAULT_ATTRIBUTES, type SecretAttributes } from '../../src/secrets/secret.js';
import type { NewSecret } from '../../src/secrets/secrets.repository.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { StatementCount } from '../support/statement-count.js';
import { eventsOf, newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

interface Options extends Omit<Partial<NewSecret>, 'attributes'> {
  readonly attributes?: Partial<SecretAttributes>;
  readonly recordConflict?: boolean;
}

describe('insertions of one turn of the event loop', () => {
  let database: TestDatabase;
  let statements: StatementCount;
  let a: TenantContext;
  let b: TenantContext;
  let holder: pg.Client;
  let proxy: CuttingProxy;
  let dataSource: DataSource;
  let store: SecretStore;
  beforeAll(async () => {
    database = await cloneDatabase();
    statements = await StatementCount.of(database);
    const planted = await plantTwoTenants(database);
    [a, b] = [planted.a, planted.b].map(({ tenantId }) => tenantContext(tenantId, planted.userId)) as [
      TenantContext,
      TenantContext,
    ];
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    holder = new pg.Client(database.superuserUrl);
    await holder.connect();
    proxy = new CuttingProxy(database, 'insert_secrets');
    dataSource = await open(await proxy.url());
    store = secretStoreOn(dataSource);
  });
  afterEach(async () => {
    await holder.end();
    await dataSource.destroy();
    await proxy.close();
  });

  const open = (url: string) =>
    openServiceDataSource({ url, poolSize: 4, appRole: APP_ROLE, single: false, entities });

  async function create(
    tenant: TenantContext,
    key: string,
    { recordConflict = true, attributes = {}, ...options }: Options = {},
    by: SecretInserts = store.inserts,
  ) {
    const event = newEvent('secret.create', tenant.caller, { key });
    const given = { ...options, attributes: { ...DEFAULT_ATTRIBUTES, ...attributes } };
    const outcome = await by.insert(tenant, newSecret(tenant.tenantId, key, given), event, {
      recordConflict,
    });
    return outcome.kind === 'created' ? outcome.secret : undefined;
  }

  /** Returns `ok`, `conflict` or the name of the error for each creation. */
  async function outcomes(creations: readonly ReturnType<typeof create>[]): Promise<string[]> {
    const settled = await Promise.allSettled(creations);
    return settled.map((each) => {
      if (each.status === 'rejected') return (each.reason as Error).constructor.name;
      return each.value === undefined ? 'conflict' : 'ok';
    });
  }

  const onRecord = async (key: string) =>
    (await eventsOf(database, key)).map(({ outcome }) => String(outcome)).sort();

  async function stored(key: string): Promise<number> {
    return (await database.asSuperuser('SELECT FROM secrets WHERE key = $1', [key])).length;
  }

  /** Returns the number of calls of the function. */
  async function calls(act: () => Promise<unknown>): Promise<number> {
    const { counted } = await statements.during(act);
    return Object.entries(counted).reduce(
      (sum, [text, count]) => sum + (text.includes('insert_secrets(') ? count : 0),
      0,
    );
  }

  it('are one call, and each has its own outcome and its own event', async () => {
    await create(a, 'mixed-taken');
    await create(b, 'mixed-global', { attributes: { visibility: 'global' } });
    const gone = { ...a, tenantId: randomUUID() };
    let got: string[] = [];
    const counted = await calls(async () => {
      got = await outcomes([
        create(a, 'mixed-a'),
        create(b, 'mixed-b', {
          attributes: { visibility: 'private', isHiddenValue: true },
          schema: new JsonText('{"type":"string"}'),
        }),
        create(a, 'mixed-taken'),
        create(b, 'mixed-taken'),
        create(a, 'mixed-quiet'),
        create(a, 'mixed-quiet', { recordConflict: false }),
        create(a, 'mixed-global'),
        create(gone, 'mixed-gone'),
      ]);
    });
    expect(got.slice(0, 4)).toEqual(['ok', 'ok', 'conflict', 'ok']);
    expect(got.slice(4, 6).sort()).toEqual(['conflict', 'ok']);
    expect(got.slice(6)).toEqual(['conflict', 'Forbidden']);
    // One call for all, and another for the one whose tenant was deleted.
    expect(counted).toBe(2);
    expect(await onRecord('mixed-a')).toEqual(['ok']);
    expect(await onRecord('mixed-b')).toEqual(['ok']);
    expect(await onRecord('mixed-taken')).toEqual(['conflict', 'ok', 'ok']);
    expect(await onRecord('mixed-global')).toEqual(['conflict', 'ok']);
    expect(await onRecord('mixed-gone')).toEqual([]);
    const [made] = await database.asSuperuser(
      `SELECT tenant_id, visibility, is_hidden_value, schema, created_at = updated_at AS fresh
       FROM secrets WHERE key = 'mixed-b'`,
    );
    expect(made).toEqual({
      ...{ tenant_id: b.tenantId, visibility: 'private', is_hidden_value: true, schema: { type: 'string' } },
      fresh: true,
    });
  });

  it('give the time at which the database has them', async () => {
    const [one, other] = await Promise.all([create(a, 'time-1'), create(b, 'time-2')]);
    const rows = await database.asSuperuser<{ created_at: Date }>(
      `SELECT created_at FROM secrets WHERE key LIKE 'time-_' ORDER BY key`,
    );
    expect([one?.createdAt, other?.createdAt]).toEqual(rows.map(({ created_at }) => created_at));
  });

  it('of the same key of the same tenant are made once, and the others are conflicts', async () => {
    const got = await outcomes(Array.from({ length: 5 }, () => create(a, 'same')));
    expect(got.sort()).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'ok']);
    expect(await onRecord('same')).toEqual(got);
    expect(await stored('same')).toBe(1);
  });

  it('travel apart where they are large', async () => {
    const bytes = Buffer.alloc(400_000, 1);
    bytes.writeUInt32BE(1, 1);
    const override = { providerOptions: SealedValue.fromBytes(bytes) };
    let got: string[] = [];
    const counted = await calls(async () => {
      got = await outcomes(Array.from({ length: 5 }, (_, index) => create(a, `large-${index}`, override)));
    });
    expect(got).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(counted).toBe(3);
  });

  it('fail alone where the database refuses one of them', async () => {
    await database.asSuperuser(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON secrets FOR EACH ROW WHEN (NEW.key = 'poison') EXECUTE FUNCTION refuse()`);
    try {
      const keys = ['with-1', 'poison', 'with-2', 'with-1'];
      const got = await outcomes(keys.map((key) => create(a, key)));
      expect(got[1]).toBe('DatabaseError');
      expect([got[0], got[3]].sort()).toEqual(['conflict', 'ok']);
      expect(got[2]).toBe('ok');
    } finally {
      await database.asSuperuser('DROP TRIGGER refuse ON secrets; DROP FUNCTION refuse');
    }
    expect(await onRecord('with-1')).toEqual(['conflict', 'ok']);
    expect(await onRecord('with-2')).toEqual(['ok']);
    expect(await onRecord('poison')).toEqual([]);
  });

  it('are refused by the policy where one is of another tenant than the one named for it', async () => {
    const [{ text }] = (await database.asSuperuser(
      `SELECT pg_get_functiondef('insert_secrets'::regproc) AS text`,
    )) as [{ text: string }];
    const records = [a, b].map(({ tenantId, userId: authorId, caller }) => {
      const event = newEvent('secret.create', caller, { key: 'careless' });
      const secret = newSecret(tenantId, 'careless');
      return insertRecord(store.rows, { tenantId, authorId, secret, event, recordConflict: true });
    });
    const named = `set_config('app.tenant', r.tenant_id::text, true)`;
    expect(text).toContain(named);
    await database.asSuperuser(text.replaceAll(named, `set_config('app.tenant', '${a.tenantId}', true)`));
    try {
      await expect(
        dataSource.transaction((manager) => store.writes.writeIn(manager, 'insert_secrets', records)),
      ).rejects.toThrow(/row-level security policy for table "secrets"/);
    } finally {
      await database.asSuperuser(text);
    }
    expect(await stored('careless')).toBe(0);
  });

  describe('do not wait for what one of them waits for', () => {
    it.each([
      [
        'a key that is to become global',
        'SELECT pg_advisory_xact_lock(secret_key_bucket($1)) FROM tenants WHERE $2::uuid IS NOT NULL',
      ],
      [
        'a tenant that is being deleted',
        'SELECT FROM tenants WHERE id = $2 AND $1::text IS NOT NULL FOR UPDATE',
      ],
      [
        'a key that somebody else is just creating',
        `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
         SELECT $2, gen_random_uuid(), $1, '', 1, id, id FROM users`,
      ],
    ])('as %s', async (what, lock) => {
      const [lockedKey, other] = [`held ${what}`, `other ${what}`].map((name) => name.replaceAll(' ', '-'));
      await holder.query('BEGIN');
      await holder.query(lock, [lockedKey, a.tenantId]);
      let over = false;
      const waiting = create(a, lockedKey!).finally(() => (over = true));
      expect(await outcomes([create(b, other!), create(b, `${other!}-2`)])).toEqual(['ok', 'ok']);
      await sleep(50);
      expect(over).toBe(false);
      await holder.query('ROLLBACK');
      expect((await waiting)?.key).toBe(lockedKey);
      expect(await onRecord(lockedKey!)).toEqual(['ok']);
      expect(await onRecord(other!)).toEqual(['ok']);
    });
  });

  it('come to no deadlock and no wrong answer where two processes create the same keys', async () => {
    const second = await open(database.url);
    const creators = [store.inserts, secretStoreOn(second).inserts];
    try {
      for (let round = 0; round < 10; round += 1) {
        const keys = Array.from({ length: 40 }, (_, index) => `both-${round}-${index}`);
        const attempts = creators.flatMap((by) =>
          [a, b].flatMap((tenant) => keys.map((key) => ({ by, tenant, key, order: randomUUID() }))),
        );
        attempts.sort((one, other) => (one.order < other.order ? -1 : 1));
        const got = await outcomes(attempts.map(({ by, tenant, key }) => create(tenant, key, {}, by)));
        expect(got.filter((outcome) => outcome === 'ok')).toHaveLength(80);
        expect(got.filter((outcome) => outcome === 'conflict')).toHaveLength(80);
        expect(await onRecord(keys[0]!)).toEqual(['conflict', 'conflict', 'ok', 'ok']);
      }
    } finally {
      await second.destroy();
    }
  });

  describe('when the connection is lost', () => {
    const three = (name: string) => [1, 2, 3].map((index) => create(a, `${name}-${index}`));

    it('before the call arrives, are Unavailable, and nothing is there', async () => {
      proxy.cut = 'before the server has it';
      expect(await outcomes(three('before'))).toEqual(['Unavailable', 'Unavailable', 'Unavailable']);
      expect(proxy.cuts).toBe(1);
      expect([await stored('before-1'), await onRecord('before-1')]).toEqual([0, []]);
    });

    it('after it was committed, are given as they are, and not done again', async () => {
      await create(a, 'after-taken');
      proxy.cut = 'after the server has answered';
      const got = await outcomes([...three('after'), create(a, 'after-taken')]);
      expect(got).toEqual(['ok', 'ok', 'ok', 'AnswerLost']);
      expect(proxy.cuts).toBe(1);
      for (const key of ['after-1', 'after-2', 'after-3']) expect(await onRecord(key)).toEqual(['ok']);
      expect(await onRecord('after-taken')).toEqual(['conflict', 'ok']);
    });

    it('for good, are Unavailable: nobody knows', async () => {
      proxy.cut = 'for good';
      const settled = await Promise.allSettled(three('unknown'));
      for (const each of settled)
        expect(each).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
      expect(proxy.cuts).toBe(1);
    });
  });
});
