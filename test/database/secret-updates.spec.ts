import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { newEvent } from '../../src/audit/audit-event.js';
import { Unavailable } from '../../src/common/errors.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { entities } from '../../src/bootstrap/entities.js';
import { updateRecord } from '../../src/secrets/store/secret-records.js';
import type { Decide, SecretUpdate } from '../../src/secrets/secrets.repository.js';
import type { StoredSecret } from '../../src/secrets/secret.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { StatementCount } from '../support/statement-count.js';
import { eventsOf, newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

const HIDE: SecretUpdate = { kind: 'update', attributes: { isHiddenValue: true } };

describe('changes and deletions of secrets', () => {
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
    a = tenantContext(planted.a.tenantId, planted.userId);
    b = tenantContext(planted.b.tenantId, planted.userId);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    holder = new pg.Client(database.superuserUrl);
    await holder.connect();
    proxy = new CuttingProxy(database, 'update_secrets');
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

  async function plant(tenant: TenantContext, key: string): Promise<void> {
    const { id, value } = newSecret(tenant.tenantId, key);
    await database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       VALUES ($1, $2, $3, $4, 1, $5, $5)`,
      [tenant.tenantId, id, key, value.bytes, tenant.userId],
    );
  }

  const update = (tenant: TenantContext, key: string, decide: Decide, by = store.updates) =>
    by.update(tenant, key, decide, newEvent('secret.update', tenant.caller, { key }));
  const change = (tenant: TenantContext, key: string, input: SecretUpdate = HIDE, by = store.updates) =>
    update(tenant, key, () => Promise.resolve(input), by);
  const remove = (tenant: TenantContext, key: string, by = store.updates) =>
    by.remove(
      tenant,
      key,
      () => Promise.resolve(undefined),
      newEvent('secret.delete', tenant.caller, { key }),
    );

  const onRecord = async (key: string) =>
    (await eventsOf(database, key)).map(({ outcome }) => String(outcome)).sort();
  const stored = (key: string) =>
    database.asSuperuser<{ revision: number; version: number; is_hidden_value: boolean }>(
      'SELECT revision, version, is_hidden_value FROM secrets WHERE key = $1 AND deleted_at IS NULL',
      [key],
    );

  it('of one turn are one look and one call, and each has its own outcome and event', async () => {
    for (const key of ['turn-1', 'turn-2']) await plant(a, key);
    await plant(b, 'turn-1');
    const value = newSecret(a.tenantId, 'turn-2').value;
    const { result, counted } = await statements.during(() =>
      Promise.all([
        change(a, 'turn-1'),
        change(a, 'turn-2', {
          ...{ kind: 'update', value, attributes: { visibility: 'private' }, providerOptions: value },
        }),
        change(b, 'turn-1'),
      ]),
    );
    expect(Object.values(counted)).toEqual([1, 1]);
    expect(result).toMatchObject([
      { kind: 'changed', secret: { tenantId: a.tenantId, isHiddenValue: true, version: 1, revision: 2 } },
      { kind: 'changed', secret: { key: 'turn-2', visibility: 'private', version: 2, revision: 2, value } },
      { kind: 'changed', secret: { tenantId: b.tenantId, isHiddenValue: true } },
    ]);
    for (const each of result)
      if (each.kind === 'changed')
        expect(
          await store.lookups.find(each.secret.tenantId === a.tenantId ? a : b, each.secret.key),
        ).toEqual(each.secret);
    expect(await onRecord('turn-1')).toEqual(['ok', 'ok']);
    expect(await onRecord('turn-2')).toEqual(['ok']);
  });

  it('are decided anew where somebody else was quicker', async () => {
    await plant(a, 'overtaken');
    const seen: number[] = [];
    const outcome = await update(a, 'overtaken', async (current) => {
      seen.push(current.revision);
      if (seen.length === 1) await change(a, 'overtaken', HIDE, secretStoreOn(dataSource).updates);
      return { kind: 'update', attributes: { visibility: current.isHiddenValue ? 'private' : 'tenant' } };
    });
    expect(seen).toEqual([1, 2]);
    expect(outcome).toMatchObject({ kind: 'changed', secret: { revision: 3, visibility: 'private' } });
    expect(await onRecord('overtaken')).toEqual(['ok', 'ok']);
  });

  it('find nothing any more where somebody else deleted it meanwhile, and record that', async () => {
    for (const key of ['gone-change', 'gone-delete']) await plant(a, key);
    const other = secretStoreOn(dataSource).updates;
    const deciding: Decide = async () => {
      await remove(a, 'gone-change', other);
      return HIDE;
    };
    expect(await update(a, 'gone-change', deciding)).toEqual({ kind: 'absent' });
    expect(await onRecord('gone-change')).toEqual(['not_found', 'ok']);
    const outcomes = await Promise.all([remove(a, 'gone-delete'), remove(a, 'gone-delete', other)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['absent', 'changed']);
    expect(await onRecord('gone-delete')).toEqual(['not_found', 'ok']);
  });

  it('all come through, each on top of the others, where many want the same secret', async () => {
    await plant(a, 'hot');
    const second = await open(database.url);
    try {
      const by = [store.updates, secretStoreOn(second).updates];
      const all = await Promise.all(
        Array.from({ length: 60 }, (_, index) => change(a, 'hot', HIDE, by[index % 2])),
      );
      const revisions = all.map((each) => (each.kind === 'changed' ? each.secret.revision : 0));
      expect(revisions.sort((one, other) => one - other)).toEqual(all.map((_, index) => index + 2));
      expect(await stored('hot')).toMatchObject([{ revision: 61 }]);
      expect(await onRecord('hot')).toHaveLength(60);
    } finally {
      await second.destroy();
    }
  });

  it('come to no deadlock where two processes change the same secrets', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `both-${index}`);
    for (const key of keys) await plant(a, key);
    const second = await open(database.url);
    try {
      const by = [store.updates, secretStoreOn(second).updates];
      const attempts = by.flatMap((one) => keys.map((key) => ({ one, key, order: randomUUID() })));
      attempts.sort((one, other) => (one.order < other.order ? -1 : 1));
      const all = await Promise.all(attempts.map(({ one, key }) => change(a, key, HIDE, one)));
      expect(all.every(({ kind }) => kind === 'changed')).toBe(true);
      for (const key of keys) expect(await stored(key)).toMatchObject([{ revision: 3 }]);
    } finally {
      await second.destroy();
    }
  });

  it('do not wait for what one of them waits for', async () => {
    for (const key of ['held', 'free-1', 'free-2']) await plant(a, key);
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM secrets WHERE key = 'held' FOR UPDATE`);
    let over = false;
    const waiting = change(a, 'held').finally(() => (over = true));
    const others = await Promise.all([change(a, 'free-1'), change(a, 'free-2')]);
    expect(others.map(({ kind }) => kind)).toEqual(['changed', 'changed']);
    await sleep(50);
    expect(over).toBe(false);
    await holder.query('ROLLBACK');
    expect(await waiting).toMatchObject({ kind: 'changed', secret: { revision: 2 } });
    for (const key of ['held', 'free-1', 'free-2']) expect(await onRecord(key)).toEqual(['ok']);
  });

  it('of one call keep their own outcomes, where some of them come too late', async () => {
    const keys = ['late-1', 'in-time', 'late-2', 'last'];
    for (const key of keys) await plant(a, key);
    const once = new Set<string>();
    const outcomes = await Promise.all(
      keys.map((key, index) =>
        update(a, key, async (current) => {
          if (key.startsWith('late') && !once.has(key)) {
            once.add(key);
            await database.asSuperuser('UPDATE secrets SET revision = 9 WHERE key = $1', [key]);
          } else await sleep(20);
          const visibility = index % 2 === 0 ? 'private' : current.visibility;
          return { kind: 'update', attributes: { visibility } };
        }),
      ),
    );
    expect(
      outcomes.map((each) => (each.kind === 'changed' ? [each.secret.key, each.secret.revision] : each.kind)),
    ).toEqual([
      ['late-1', 10],
      ['in-time', 2],
      ['late-2', 10],
      ['last', 2],
    ]);
    for (const key of keys) expect(await onRecord(key)).toEqual(['ok']);
  });

  it('touch nothing of another tenant than the one that they name', async () => {
    await plant(a, 'foreign');
    const current = (await store.lookups.find(a, 'foreign')) as StoredSecret;
    const event = newEvent('secret.update', b.caller, { key: 'foreign' });
    const { tenantId, userId: authorId } = b;
    const record = updateRecord(store.rows, {
      ...{ authorId, event, update: HIDE },
      current: { ...current, tenantId },
    });
    const send = () =>
      dataSource.transaction((manager) => store.writes.writeIn(manager, 'update_secrets', [record]));
    expect(await send()).toMatchObject([{ outcome: 'stale' }]);
    const [{ text }] = (await database.asSuperuser(
      `SELECT pg_get_functiondef('update_secrets'::regproc) AS text`,
    )) as [{ text: string }];
    await database.asSuperuser(text.replaceAll('s.tenant_id = r.tenant_id AND ', ''));
    try {
      expect(await send()).toMatchObject([{ outcome: 'stale' }]);
    } finally {
      await database.asSuperuser(text);
    }
    expect(await stored('foreign')).toMatchObject([{ revision: 1 }]);
    expect(await onRecord('foreign')).toEqual([]);
  });

  it('give a secret to nobody who was deleted meanwhile', async () => {
    await plant(a, 'given');
    const [{ id }] = (await database.asSuperuser(
      `INSERT INTO users (id, username, password_hash) VALUES (gen_random_uuid(), 'heir', 'no-hash') RETURNING id`,
    )) as [{ id: string }];
    const found: (string | undefined)[] = [];
    const outcome = await update(a, 'given', async (_current, findUser) => {
      const owner = await findUser('HEIR');
      found.push(owner?.name);
      await database.asSuperuser('UPDATE users SET deleted_at = now() WHERE id = $1', [id]);
      return owner === undefined ? HIDE : { kind: 'update', owner };
    });
    expect(found).toEqual(['heir', undefined]);
    expect(outcome).toMatchObject({ kind: 'changed', secret: { revision: 2, creatorName: 'planter' } });
  });

  describe('when the connection is lost', () => {
    it('before the call arrives, are Unavailable, and nothing is changed', async () => {
      await plant(a, 'before');
      proxy.cut = 'before the server has it';
      await expect(change(a, 'before')).rejects.toThrow(Unavailable);
      expect(await stored('before')).toMatchObject([{ revision: 1 }]);
      expect(await onRecord('before')).toEqual([]);
    });

    it('after it was committed, are given as they are, and not done again', async () => {
      for (const key of ['after-1', 'after-2']) await plant(a, key);
      proxy.cut = 'after the server has answered';
      const outcomes = await Promise.all([change(a, 'after-1'), change(a, 'after-2')]);
      expect(proxy.cuts).toBe(1);
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ kind: 'changed', secret: { revision: 2, isHiddenValue: true } });
      expect(await onRecord('after-1')).toEqual(['ok']);
    });

    it('after a deletion was committed, give what was deleted', async () => {
      await plant(a, 'after-delete');
      proxy.mark = 'remove_secrets';
      proxy.cut = 'after the server has answered';
      expect(await remove(a, 'after-delete')).toMatchObject({
        ...{ kind: 'changed', secret: { revision: 1 } },
        trashed: { deletedAt: expect.any(Date), trashDays: null },
      });
      expect([proxy.cuts, await stored('after-delete')]).toEqual([1, []]);
      expect(await onRecord('after-delete')).toEqual(['ok']);
    });

    it('do not guess whether the secret could become global', async () => {
      await plant(a, 'wider');
      proxy.cut = 'after the server has answered';
      await expect(
        change(a, 'wider', { kind: 'update', attributes: { visibility: 'global' } }),
      ).rejects.toThrow(/read it before you try again/);
      expect(await onRecord('wider')).toEqual(['ok']);
    });

    it('for good, are Unavailable: nobody knows', async () => {
      await plant(a, 'unknown');
      proxy.cut = 'for good';
      await expect(change(a, 'unknown')).rejects.toThrow(/read it before you try again/);
    });
  });
});
