import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const SECRETS = '/api/v3.1/secrets';

interface Reads {
  status: string;
  last_read_at: string | null;
  known_since: string;
  known_until: string;
  versions: {
    version: number;
    last_read_at: string;
    readers: { username: string | null; tenant_name: string | null; last_read_at: string }[] | null;
  }[];
}

let room: Strongroom;
let manager: As;
let owner: As;
let user: As;
let stranger: As;
beforeAll(async () => {
  room = await Strongroom.start();
  manager = await room.tenant('payments', 'manager');
  owner = await room.member('payments', 'olga', 'user');
  user = await room.member('payments', 'ulla', 'user');
  stranger = await room.tenant('reports');
});
afterAll(() => room.stop());

const ask = (as: As, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  room.call(as, method, `${SECRETS}/${path}`, body, headers);

async function put(key: string, more: object = {}, as = owner): Promise<string> {
  const { status, headers } = await ask(as, 'PUT', key, { value: 'one', ...more });
  expect(status).toBe(200);
  return String(headers.etag);
}

/** Waits until everything that was recorded so far is sealed. */
async function sealed(): Promise<void> {
  await until(async () => {
    const [{ pending }] = (await room.database.asSuperuser<{ pending: number }>(
      `SELECT (SELECT count(*) FROM audit_pending)::integer + (SELECT count(*) FROM secret_reads_pending)::integer AS pending`,
    )) as [{ pending: number }];
    return pending === 0;
  });
}

async function reads(key: string, as: As = owner): Promise<Reads> {
  await sealed();
  const { status, body } = await ask(as, 'GET', `${key}/reads`);
  expect(status).toBe(200);
  return body as unknown as Reads;
}

/** Returns who read which version. */
const readers = async (key: string, as?: As) =>
  (await reads(key, as)).versions.map(({ version, readers: by }) => [
    version,
    ...(by ?? ['?']).map((one) =>
      typeof one === 'string' ? one : (one.username ?? `tenant ${one.tenant_name}`),
    ),
  ]);

describe('the last reads of a secret', () => {
  it('are none at first, and then those of each version, the newest first', async () => {
    await put('known');
    expect(await reads('known')).toMatchObject({ status: 'never', last_read_at: null, versions: [] });
    await ask(user, 'GET', 'known');
    await ask(owner, 'PATCH', 'known', { value: 'two' });
    await ask(user, 'GET', 'known');
    await ask(manager, 'GET', 'known');
    await ask(user, 'GET', 'known?version=1');
    const { status, last_read_at: last, versions } = await reads('known');
    expect([status, last]).toEqual(['read', versions[1]?.last_read_at]);
    expect(await readers('known')).toEqual([
      [2, 'payments-manager', 'ulla'],
      [1, 'ulla'],
    ]);
  });

  it('tell by whom to the creator and administrators only', async () => {
    await put('quiet');
    await ask(user, 'GET', 'quiet');
    expect(await readers('quiet', owner)).toEqual([[1, 'ulla']]);
    expect(await readers('quiet', manager)).toEqual([[1, 'ulla']]);
    expect(await readers('quiet', user)).toEqual([[1, '?']]);
    expect(JSON.stringify(await reads('quiet', user))).not.toContain('ulla');
  });

  it('do not count what gave no value: masked, skipped, unchanged, expired, HEAD and lists', async () => {
    const tag = await put('shut', { is_hidden_value: true });
    await put('open');
    await ask(user, 'GET', 'shut');
    await ask(user, 'GET', 'shut?version=1');
    await ask(owner, 'GET', 'open?_skip_value=true');
    await ask(owner, 'GET', 'open?_skip_value=true&version=1');
    await ask(owner, 'HEAD', 'open');
    await room.call(owner, 'HEAD', '/api/v3/secrets/open');
    await ask(owner, 'GET', 'shut', undefined, { 'If-None-Match': tag });
    await ask(owner, 'GET', 'shut', undefined, { 'If-Match': '"another"' });
    await room.call(owner, 'GET', `${SECRETS}?key=open`);
    await ask(owner, 'GET', 'open/versions');
    await room.call(user, 'POST', '/api/v3.1/bulk/secrets/read', { keys: ['shut'] });
    await put('past', { expires_at: '+1h' });
    await room.database.asSuperuser(
      `UPDATE secrets SET expires_at = now() - interval '1 s' WHERE key = 'past'`,
    );
    await ask(owner, 'GET', 'past');
    for (const key of ['shut', 'open', 'past'])
      expect(await reads(key)).toMatchObject({ status: 'never', versions: [] });
  });

  it('count bulk reads, exports, and copies in the secret that was copied', async () => {
    await put('bulk');
    await put('exported');
    await put('copied');
    const { status } = await room.call(user, 'POST', '/api/v3.1/bulk/secrets/read', { keys: ['bulk'] });
    const exported = await room.call(user, 'GET', `${SECRETS}/share/export?key=exported`);
    const copy = await ask(user, 'POST', 'copied/copy', { key: 'copy' });
    expect([status, exported.status, copy.status]).toEqual([200, 200, 201]);
    for (const key of ['bulk', 'exported', 'copied']) expect(await readers(key)).toEqual([[1, 'ulla']]);
    expect(await readers('copy', user)).toEqual([]);
  });

  it('name the tenant of a reader from another tenant, and nothing else of it', async () => {
    await room.call(ADMIN, 'PUT', `${SECRETS}/shared`, { value: 'one', visibility: 'global' });
    await ask(stranger, 'GET', 'shared');
    await ask(user, 'GET', 'shared');
    expect(await readers('shared', ADMIN)).toEqual([[1, 'tenant payments', 'tenant reports']]);
    const { status, body } = await ask(stranger, 'GET', 'shared/reads');
    expect([status, body.error_code]).toEqual([403, 'forbidden_error']);
    const kept = await room.database.asSuperuser<{ reader: string }>(
      `SELECT r.reader_id::text AS reader FROM secret_reads r JOIN users u ON u.id = r.reader_id WHERE r.is_tenant`,
    );
    expect(kept).toEqual([]);
  });

  it('are for those who see the secret, and asking is recorded', async () => {
    await put('mine', { visibility: 'private' });
    for (const path of ['mine/reads', 'nothing/reads']) {
      const { status, body } = await ask(user, 'GET', path);
      expect([status, body.error_code]).toEqual([404, 'not_found_error']);
    }
    expect((await ask(manager, 'GET', 'mine/reads')).status).toBe(200);
    const events = await room.database.asSuperuser(
      `SELECT action, outcome, secret_id IS NOT NULL AS found FROM audit_events
       WHERE key IN ('mine', 'nothing') AND action = 'secret.read_times' ORDER BY id`,
    );
    expect(events).toEqual([
      { action: 'secret.read_times', outcome: 'not_found', found: false },
      { action: 'secret.read_times', outcome: 'not_found', found: false },
      { action: 'secret.read_times', outcome: 'ok', found: true },
    ]);
  });

  it('move with the secret, come back from the trash, and end with a purge', async () => {
    await put('before');
    await ask(user, 'GET', 'before');
    await ask(owner, 'POST', 'before/move', { key: 'after' });
    expect(await readers('after')).toEqual([[1, 'ulla']]);
    await ask(user, 'GET', 'after');
    await ask(owner, 'DELETE', 'after');
    await sealed();
    const [{ id }] = (await room.database.asSuperuser<{ id: string }>(
      `SELECT id FROM secrets WHERE key = 'after'`,
    )) as [{ id: string }];
    const restored = await room.call(owner, 'POST', `/api/v3.1/trash/secrets/${id}/restore`);
    expect([restored.status, await readers('after')]).toEqual([200, [[1, 'ulla']]]);
    await ask(owner, 'DELETE', 'after');
    await ask(manager, 'GET', 'after');
    const purged = await room.call(manager, 'DELETE', `/api/v3.1/trash/secrets/${id}`);
    await sealed();
    const left = await room.database.asSuperuser('SELECT FROM secret_reads WHERE secret_id = $1', [id]);
    expect([purged.status, left]).toEqual([204, []]);
  });

  it('still name a user who was deleted', async () => {
    const gone = await room.member('payments', 'gone', 'user');
    await put('outlived');
    await ask(gone, 'GET', 'outlived');
    await room.call(ADMIN, 'DELETE', '/api/v3.1/tenants/users', {
      tenant_name: 'payments',
      username: 'gone',
    });
    expect((await room.call(ADMIN, 'DELETE', '/api/v3.1/users/gone')).status).toBe(204);
    expect(await readers('outlived')).toEqual([[1, 'gone']]);
  });

  it('keep the latest hundred readers of a secret', async () => {
    await put('popular');
    await ask(owner, 'GET', 'popular');
    await sealed();
    await room.database.asSuperuser(
      `INSERT INTO secret_reads SELECT r.tenant_id, r.secret_id, 1, gen_random_uuid(), false, now() - n * interval '1 h'
       FROM secret_reads r JOIN secrets s ON s.id = r.secret_id, generate_series(1, 150) n WHERE s.key = 'popular'`,
    );
    await ask(user, 'GET', 'popular');
    const by = (await reads('popular')).versions[0]?.readers ?? [];
    expect([by.length, by[0]?.username, by[1]?.username]).toEqual([100, 'ulla', 'olga']);
  });

  it('are unknown where the secret is older than what is known', async () => {
    await put('ancient');
    await room.database.asSuperuser(
      `UPDATE secrets SET created_at = created_at - interval '1 year' WHERE key = 'ancient'`,
    );
    const { status, known_since: since } = await reads('ancient');
    const [{ time }] = (await room.database.asSuperuser<{ time: Date }>(
      'SELECT reads_since AS time FROM installation',
    )) as [{ time: Date }];
    expect([status, since]).toEqual(['unknown', time.toISOString()]);
  });

  it('filter a list, page by page, by the days without one', async () => {
    const days = (n: number) => `now() - interval '${n} days'`;
    for (const key of ['idle-1', 'idle-2', 'idle-3', 'idle-new']) await put(key);
    await put('idle-theirs', { visibility: 'private' }, manager);
    await ask(owner, 'GET', 'idle-2');
    await ask(owner, 'GET', 'idle-3');
    await sealed();
    await room.database.asSuperuser(`
      UPDATE installation SET reads_since = ${days(20)};
      UPDATE secrets SET created_at = ${days(10)} WHERE key LIKE 'idle-%' AND key <> 'idle-new';
      UPDATE secret_reads r SET read_at = ${days(9)} FROM secrets s WHERE s.id = r.secret_id AND s.key = 'idle-3'`);
    const listed = async (query: string, as = owner) => {
      const { body } = await room.call(as, 'GET', `${SECRETS}?_search=idle&${query}`);
      const { items, metadata } = body as unknown as {
        items: { key: string }[];
        metadata: { next?: string };
      };
      return { keys: items.map(({ key }) => key), next: metadata.next };
    };
    expect((await listed('_not_read_for=8')).keys).toEqual(['idle-1', 'idle-3']);
    expect((await listed('_not_read_for=8', manager)).keys).toEqual(['idle-1', 'idle-3', 'idle-theirs']);
    expect((await listed('_not_read_for=8&_all_tenants=true', ADMIN)).keys).toContain('idle-1');
    expect((await listed('_not_read_for=9')).keys).toEqual(['idle-1', 'idle-3']);
    expect((await listed('_not_read_for=11')).keys).toEqual([]);
    expect((await listed('_not_read_for=30')).keys).toEqual([]);
    const { keys, next } = await listed('_not_read_for=8&_size=1&_after=');
    expect(keys).toEqual(['idle-1']);
    expect((await listed(`_not_read_for=8&_size=1&_after=${next}`)).keys).toEqual(['idle-3']);
    for (const wrong of ['0', '-1', '1.5', 'x', '36501', '']) {
      const { status, body } = await room.call(owner, 'GET', `${SECRETS}?_not_read_for=${wrong}`);
      expect([status, body.message]).toEqual([400, expect.stringContaining('`_not_read_for` must be')]);
    }
  });

  it('are known up to the oldest event that is not sealed', async () => {
    await put('late');
    await sealed();
    await room.stopJobs();
    await ask(user, 'GET', 'late');
    const { body } = await ask(owner, 'GET', 'late/reads');
    const [{ at }] = (await room.database.asSuperuser<{ at: Date }>(
      `SELECT at FROM audit_events WHERE key = 'late' AND action = 'secret.read'`,
    )) as [{ at: Date }];
    expect([body.status, body.known_until]).toEqual(['never', at.toISOString()]);
  });
});
