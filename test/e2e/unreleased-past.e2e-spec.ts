import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const IMPORT = '/api/v3.1/secrets/share/import';
const EXPORT = '/api/v3.1/secrets/share/export?_all_tenants=true&_include_metadata=true';

interface Row {
  readonly key: string;
  readonly tenant_name: string;
  readonly value: unknown;
}

/** Holds an export of commit 3fe6459, the last version before the baseline, by the request that its refusal names. */
const EXPORTED = JSON.parse(
  readFileSync(new URL('../vectors/unreleased-export.json', import.meta.url), 'utf8'),
) as Row[];

describe('the export of an unreleased version', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.tenant('payments', 'manager');
    await room.user('alice', 'not-a-password');
    await room.join('alice', 'payments', 'manager');
    await room.join('alice', 'default_tenant', 'user');
  });
  afterAll(() => room.stop());

  it('is imported into a fresh database whole, and exported again as it was', async () => {
    expect(new Set(EXPORTED.map(({ tenant_name }) => tenant_name)).size).toBe(2);
    const imported = await room.call(ADMIN, 'POST', IMPORT, {
      secrets_list: EXPORTED,
      override_collisions: false,
    });
    expect([imported.status, imported.body]).toEqual([200, { colliding_secrets: {}, secrets_errors: {} }]);
    const again = await room.call(ADMIN, 'GET', EXPORT);
    expect(JSON.parse(again.text)).toEqual(EXPORTED);
  });
});
