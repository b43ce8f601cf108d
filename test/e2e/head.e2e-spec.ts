import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';

let room: Strongroom;
let viewer: As;
beforeAll(async () => {
  room = await Strongroom.start();
  viewer = await room.member('default_tenant', 'looks', 'viewer');
  await room.call(ADMIN, 'PUT', `${SECRETS}/known`, { value: 'canary' });
  await room.call(ADMIN, 'PUT', `${SECRETS}/hidden`, { value: 'canary', is_hidden_value: true });
});
afterAll(() => room.stop());

const ask = (method: string, path: string, as = ADMIN) => room.call(as, method, path);

/** Returns the events since the last call, without those of other actors. */
async function events() {
  return room.database.asSuperuser<{ action: string; key: string | null; outcome: string; detail: unknown }>(
    `SELECT body::json ->> 'action' AS action, body::json ->> 'key' AS key, body::json ->> 'outcome' AS outcome,
            body::json -> 'detail' AS detail
     FROM audit_events ORDER BY at, id`,
  );
}

async function recordedBy(work: () => Promise<unknown>) {
  const before = (await events()).length;
  await work();
  return (await events()).slice(before);
}

/**
 * Returns the status and the headers, without those of the connection and those that differ between any two answers.
 */
function shown({ status, headers }: Answer): unknown {
  const { date: _date, 'x-request-id': _id, 'transfer-encoding': _chunked, ...same } = headers;
  return { status, ...same };
}

describe('HEAD', () => {
  it('is recorded as no read of the value', async () => {
    const found = await recordedBy(() => ask('HEAD', `${SECRETS}/known`));
    expect(found).toEqual([{ action: 'secret.head', key: 'known', outcome: 'ok', detail: null }]);
    const absent = await recordedBy(() => ask('HEAD', `${SECRETS}/absent`));
    expect(absent).toEqual([{ action: 'secret.head', key: 'absent', outcome: 'not_found', detail: null }]);
    const refused = await recordedBy(() => ask('HEAD', `${SECRETS}/known`, { ...viewer, tenant: 'no-such' }));
    expect(refused).toMatchObject([{ action: 'secret.head', key: 'known', outcome: 'forbidden' }]);
    const read = await recordedBy(() => ask('GET', `${SECRETS}/known`));
    expect(read).toMatchObject([{ action: 'secret.read', outcome: 'ok' }]);
  });

  it('of a global secret is recorded in the log of its tenant, without the name of the asker', async () => {
    const other = await room.tenant('asking');
    await room.call(ADMIN, 'PUT', `${SECRETS}/global`, { value: 'x', visibility: 'global' });
    const found = await recordedBy(() => ask('HEAD', `${SECRETS}/global`, other));
    expect(found).toEqual([
      { action: 'secret.head', key: 'global', outcome: 'ok', detail: { reader_tenant: expect.any(String) } },
    ]);
  });

  it('of an export is recorded as one event that nothing left, and as no failure', async () => {
    for (const path of [`${SECRETS}/share/export`, '/api/v3/secrets/share/export']) {
      const found = await recordedBy(() => ask('HEAD', path));
      expect(found).toEqual([{ action: 'secret.export_head', key: null, outcome: 'ok', detail: null }]);
    }
    const refused = await recordedBy(() => ask('HEAD', `${SECRETS}/share/export`, viewer));
    expect(refused).toMatchObject([{ action: 'secret.export_head', outcome: 'forbidden' }]);
    const both = await recordedBy(() => ask('HEAD', `${SECRETS}/share/export?_all_tenants=true`));
    expect(both.length).toBeGreaterThan(1);
    expect(both.map(({ action }) => action)).toEqual(both.map(() => 'secret.export_head'));
  });

  it.each(['secrets', 'users', 'users/admin', 'user-groups', 'tenants', 'tenants/default_tenant', 'tokens'])(
    'of /%s is remarked in its event',
    async (path) => {
      const found = await recordedBy(() => ask('HEAD', `/api/v3.1/${path}`));
      expect(found).toMatchObject([{ outcome: 'ok', detail: { head: 'true' } }]);
      const read = await recordedBy(() => ask('GET', `/api/v3.1/${path}`));
      expect(JSON.stringify(read)).not.toContain('head');
    },
  );

  it('has the status and the headers of GET, and no body', async () => {
    const { body } = await room.send({ path: '/api/docs-json' });
    const paths = Object.entries(body.paths as Record<string, Record<string, unknown>>)
      // Each read of the audit trail adds to it.
      .filter(([path, operations]) => 'get' in operations && !/\/v3\/tokens$|\/audit/.test(path))
      .map(([path]) => path.replace('{key}', 'known').replace('{role}', 'viewer'))
      .map((path) => path.replace('{permission}', 'secret_get').replace(/\{\w+\}/, 'default_tenant'));
    expect(paths.length).toBeGreaterThan(40);
    for (const path of [...paths, '/nowhere', `${SECRETS}/absent`, `${SECRETS}?role=x`, '/api/docs'])
      for (const as of [ADMIN, viewer, {}]) {
        const [get, head] = [await ask('GET', path, as), await ask('HEAD', path, as)];
        expect([path, as.login, head.text, shown(head)]).toEqual([path, as.login, '', shown(get)]);
      }
  });

  it('of a hidden value tells nothing of its length', async () => {
    const length = async (as: As) =>
      Number((await ask('HEAD', `${SECRETS}/hidden`, as)).headers['content-length']);
    expect((await length(ADMIN)) - (await length(viewer))).toBe('canary'.length);
  });
});
