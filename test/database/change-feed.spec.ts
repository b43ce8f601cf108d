import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { newEvent } from '../../src/audit/audit-event.js';
import { entities } from '../../src/bootstrap/entities.js';
import type { TenantContext } from '../../src/common/tenant-context.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { allSeenBy } from '../../src/secrets/changes/change-audience.js';
import type { ChangePage, FeedPlace, SecretChange } from '../../src/secrets/changes/secret-change.js';
import { SecretChangesRepository } from '../../src/secrets/changes/secret-changes.repository.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { lanesOf } from '../support/lanes.js';
import { secretStoreOn, type SecretStore } from '../support/secret-store.js';
import { newSecret, tenantContext } from '../support/tenant-secrets.js';
import { plantTwoTenants } from '../support/two-tenants.js';

/** Adds a change as a transaction that writes secrets does. */
const RECORD = `SELECT record_secret_changes(ARRAY[
  ROW($1, $2, $3, coalesce($4, 'updated'), 1, 1, coalesce($5, 'tenant'), $6, $7, gen_random_uuid())::secret_change])`;

interface Planted {
  readonly tenantId?: string;
  readonly key: string;
  readonly secretId?: string;
  readonly kind?: string;
  readonly visibility?: string;
  readonly owner?: string;
  readonly former?: string | null;
}

describe('the feed of changes', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: SecretChangesRepository;
  let store: SecretStore;
  let a: TenantContext;
  let b: TenantContext;
  let userId: string;
  beforeAll(async () => {
    database = await cloneDatabase();
    const planted = await plantTwoTenants(database);
    ({ userId } = planted);
    a = tenantContext(planted.a.tenantId, userId);
    b = tenantContext(planted.b.tenantId, userId);
    const options = { url: database.url, poolSize: 6, appRole: APP_ROLE, single: false, entities };
    dataSource = await openServiceDataSource(options);
    feed = new SecretChangesRepository(lanesOf(dataSource));
    store = secretStoreOn(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  let start: FeedPlace;
  beforeEach(async () => {
    start = (await feed.read(a, undefined))!.upto;
  });

  async function connected(): Promise<pg.Client> {
    const client = new pg.Client(database.superuserUrl);
    await client.connect();
    return client;
  }

  const record = (run: pg.Client['query'], planted: Planted): Promise<unknown> => {
    const { tenantId = a.tenantId, secretId = randomUUID(), key, kind, visibility, owner = userId } = planted;
    return run(RECORD, [tenantId, secretId, key, kind, visibility, owner, planted.former]);
  };
  const plant = (planted: Planted) =>
    record(((text: string, values: unknown[]) => database.asSuperuser(text, values)) as never, planted);

  async function since(place: FeedPlace, tenant = a): Promise<ChangePage> {
    const page = await feed.read(tenant, place);
    if (page === undefined) throw new Error('The place is gone');
    return page;
  }
  const shown = ({ changes }: ChangePage) => changes.map(({ kind, key }) => `${kind} ${key}`);

  it('has every creation, change and deletion, with version and revision, in order', async () => {
    const event = (action: 'secret.create' | 'secret.update' | 'secret.delete') =>
      newEvent(action, a.caller, { key: 'k' });
    const created = event('secret.create');
    await store.inserts.insert(a, newSecret(a.tenantId, 'k'), created, { recordConflict: true });
    await store.inserts.insert(a, newSecret(a.tenantId, 'k'), event('secret.create'), {
      recordConflict: true,
    });
    const hide = { kind: 'update', attributes: { isHiddenValue: true } } as const;
    await store.updates.update(a, 'k', () => Promise.resolve(hide), event('secret.update'));
    await store.updates.remove(a, 'k', () => Promise.resolve(undefined), event('secret.delete'));
    const { changes } = await since(start);
    expect(changes.map(({ kind, key, version, revision }) => [kind, key, version, revision])).toEqual([
      ['created', 'k', 1, 1],
      ['updated', 'k', 1, 2],
      ['deleted', 'k', 1, 2],
    ]);
    expect(changes[0]).toMatchObject({ mark: created.id, tenantName: 'tenant-a', creatorId: userId });
    expect(changes.map(({ position }) => position - start.position)).toEqual([1, 2, 3]);
  });

  it('gives a transaction that commits late a position after those that were read meanwhile', async () => {
    const late = await connected();
    await late.query('BEGIN');
    await record(late.query.bind(late), { key: 'begun-first' });
    await plant({ key: 'committed-first' });
    const meanwhile = await since(start);
    expect(shown(meanwhile)).toEqual(['updated committed-first']);
    expect(shown(await since(meanwhile.upto))).toEqual([]);
    await late.query('COMMIT');
    await late.end();
    expect(shown(await since(meanwhile.upto))).toEqual(['updated begun-first']);
    expect(shown(await since(start))).toEqual(['updated committed-first', 'updated begun-first']);
  });

  it('waits for another transaction that gives positions, so that nothing committed is missed', async () => {
    const other = await connected();
    await plant({ key: 'numbered-by-another' });
    await other.query('BEGIN');
    await other.query('SELECT sequence_secret_changes(100, true)');
    const poll = await feed.poll([start], [a.tenantId]);
    expect([shown(poll), poll.upto]).toEqual([[], start]);
    const reading = since(start);
    await other.query('COMMIT');
    await other.end();
    expect(shown(await reading)).toEqual(['updated numbered-by-another']);
  });

  it('loses nothing and repeats nothing while many write, and keeps the changes of each secret in order', async () => {
    const secrets = Array.from({ length: 4 }, () => randomUUID());
    let isWriting = true;
    const write = async (secretId: string): Promise<void> => {
      const client = await connected();
      for (let version = 1; version <= 40; version += 1) {
        await client.query('BEGIN');
        await record(client.query.bind(client), { key: `v${version}`, secretId });
        await client.query(version % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
      }
      await client.end();
    };
    const found: string[] = [];
    const read = async (): Promise<void> => {
      for (let [place, last] = [start, false]; ;) {
        last = !isWriting;
        const page = await feed.poll([place], [a.tenantId]);
        found.push(...page.changes.map(({ key }) => key));
        place = page.upto;
        if (last) return;
      }
    };
    const reading = read();
    await Promise.all(secrets.map(write));
    isWriting = false;
    await reading;
    const expected = Array.from({ length: 40 }, (_, index) => index + 1).filter((number) => number % 5 !== 0);
    expect(found).toHaveLength(expected.length * secrets.length);
    const { rows } = await connected().then(async (client) => {
      const result = await client.query<{ secret_id: string; keys: string[] }>(
        `SELECT secret_id, array_agg(key ORDER BY position) AS keys FROM secret_changes WHERE secret_id = ANY ($1) GROUP BY 1`,
        [secrets],
      );
      await client.end();
      return result;
    });
    expect(rows.map(({ keys }) => keys)).toEqual(secrets.map(() => expected.map((number) => `v${number}`)));
  });

  it('shows each change to those who may see it, the same whether it was waited for or not', async () => {
    const [me, other] = [userId, randomUUID()];
    const changes: Planted[] = [];
    for (const tenantId of [a.tenantId, b.tenantId])
      for (const visibility of ['private', 'tenant', 'global'])
        for (const owner of [me, other])
          for (const former of [null, me, other])
            changes.push({ tenantId, visibility, owner, former, key: `k${changes.length}` });
    for (const change of changes) await plant(change);
    const stranger = { ...a, userId: randomUUID() };
    const administrator = { ...stranger, permissions: new Set(['administrators']) };
    const all = (await feed.poll([start], [a.tenantId, b.tenantId])).changes;
    expect(all).toHaveLength(changes.length);
    const counts = [];
    for (const reader of [a, b, stranger, administrator]) {
      const read = allSeenBy(reader, (await since(start, reader)).changes);
      expect(read).toEqual(allSeenBy(reader, all));
      counts.push(read.length);
    }
    // Of 6 changes of each visibility in each tenant: 3 private ones of mine and 1 that I lost, 6 of the tenant, 12 global.
    expect(counts).toEqual([22, 22, 18, 24]);
    const lost = allSeenBy(a, all).filter(({ kind }) => kind === 'deleted');
    expect(lost.map(({ creatorId, formerOwnerId }) => [creatorId, formerOwnerId])).toEqual([[other, me]]);
  });

  it('reads for those who wait nothing of tenants whom none of them belongs to, but global secrets', async () => {
    await plant({ key: 'of-b', tenantId: b.tenantId });
    await plant({ key: 'global-of-b', tenantId: b.tenantId, visibility: 'global' });
    await plant({ key: 'of-a' });
    const { changes, upto } = await feed.poll([start], [a.tenantId]);
    expect(changes.map(({ key }) => key)).toEqual(['global-of-b', 'of-a']);
    expect(upto.position - start.position).toBe(3);
  });

  it('tells a place that another history has, and one that is gone', async () => {
    await plant({ key: 'one' });
    const { upto } = await since(start);
    const elsewhere = { ...upto, mark: randomUUID() };
    const ahead = { ...upto, position: upto.position + 1_000 };
    expect(await feed.read(a, elsewhere)).toBeUndefined();
    expect(await feed.read(a, ahead)).toBeUndefined();
    const polled = await feed.poll([upto, elsewhere, ahead], [a.tenantId]);
    expect([...polled.lost].sort((one, two) => one - two)).toEqual([upto.position, ahead.position]);
    expect((await feed.poll([upto, start], [a.tenantId])).lost.size).toBe(0);
  });

  it('shows once that a secret has expired, and again for another time, whoever else asks', async () => {
    const expire = (at: string) =>
      database.asSuperuser(
        `UPDATE secrets SET expires_at = ${at} WHERE tenant_id = $1 AND key = 'shared-key'`,
        [a.tenantId],
      );
    const news = async (): Promise<string[]> => {
      await Promise.all(Array.from({ length: 4 }, () => feed.poll([start], [a.tenantId])));
      return shown(await since(start));
    };
    await expire(`now() + interval '1 hour'`);
    expect(await news()).toEqual([]);
    await expire(`now() - interval '1 second'`);
    expect(await news()).toEqual(['expired shared-key']);
    expect(await news()).toEqual(['expired shared-key']);
    await expire(`now() - interval '2 seconds'`);
    expect(await news()).toEqual(['expired shared-key', 'expired shared-key']);
    await expire('NULL');
    expect(await news()).toHaveLength(2);
  });

  it('keeps rows for seven days, and the last of the older ones, from which nothing is missing yet', async () => {
    const age = (keys: string[], days: number) =>
      database.asSuperuser(
        `UPDATE secret_changes SET changed_at = now() - $2 * interval '1 day' WHERE key = ANY ($1)`,
        [keys, days],
      );
    const sweep = async (most: number): Promise<number> =>
      (await dataSource.query<{ n: number }[]>('SELECT sweep_secret_changes($1) AS n', [most]))[0]!.n;
    for (const key of ['old-1', 'old-2', 'old-3', 'young']) await plant({ key });
    const places = new Map(
      (await since(start)).changes.map((change): [string, SecretChange] => [change.key, change]),
    );
    await database.asSuperuser(`UPDATE secret_changes SET changed_at = now() - interval '9 days'`);
    await age(['old-1', 'old-2', 'old-3'], 8);
    await age(['young'], 6.9);
    while ((await sweep(3)) > 0);
    expect(await database.asSuperuser('SELECT key FROM secret_changes ORDER BY position')).toEqual([
      { key: 'old-3' },
      { key: 'young' },
    ]);
    expect(await feed.read(a, places.get('old-2'))).toBeUndefined();
    expect(shown(await since(places.get('old-3')!))).toEqual(['updated young']);
    // When nothing happens for long, the end stays.
    await age(['young'], 100);
    while ((await sweep(3)) > 0);
    expect(shown(await since(places.get('young')!))).toEqual([]);
    await plant({ key: 'after-long' });
    expect(await sweep(3)).toBe(0);
    expect(shown(await since(places.get('young')!))).toEqual(['updated after-long']);
  });

  it('gives an answer of bounded length, and goes on where it ended', async () => {
    await database.asSuperuser(
      `SELECT record_secret_changes(array_agg(
         ROW($1, gen_random_uuid(), 'k' || n, 'created', 1, 1, 'tenant', $2, NULL, gen_random_uuid())::secret_change ORDER BY n))
       FROM generate_series(1, 1200) AS n`,
      [a.tenantId, userId],
    );
    const counts: [number, boolean][] = [];
    const keys: string[] = [];
    for (let place = start, more = true; more;) {
      const page = await since(place);
      counts.push([page.changes.length, page.more]);
      keys.push(...page.changes.map(({ key }) => key));
      ({ upto: place, more } = page);
    }
    expect(counts).toEqual([
      [500, true],
      [500, true],
      [200, false],
    ]);
    expect(keys).toEqual(Array.from({ length: 1_200 }, (_, index) => `k${index + 1}`));
  });

  it('can be neither read nor changed by the service but by its functions', async () => {
    const refused = (text: string) =>
      dataSource.query(text).then(
        () => 'done',
        (error: unknown) => (error as Error).message,
      );
    for (const text of [
      'SELECT key FROM secret_changes',
      'SELECT key FROM secret_changes_pending',
      'DELETE FROM secret_changes',
      'UPDATE secrets SET expiry_noted = NULL FROM secret_changes_pending',
    ])
      expect([text, await refused(text)]).toEqual([text, expect.stringMatching(/^permission denied/)]);
  });
});
