import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import type { Caller, TenantContext } from '../../src/common/tenant-context.js';
import { SealedValue } from '../../src/crypto/sealed-value.js';
import { TenantCipher } from '../../src/crypto/tenant-cipher.js';
import { DEFAULT_ATTRIBUTES } from '../../src/secrets/secret.js';
import type { NewSecret } from '../../src/secrets/secrets.repository.js';
import type { TestDatabase } from './database.js';

const CALLER: Caller = {
  ...{ actorId: null, actorName: 'alice', method: 'basic', requestId: 'request', address: null },
};

/** Returns the context of a user without further permissions in a tenant. */
export function tenantContext(tenantId: string, userId: string): TenantContext {
  return {
    ...{ tenantId, tenantName: 'a tenant', userId, username: 'alice' },
    ...{ permissions: new Set(), caller: CALLER },
  };
}

/** Returns a new secret whose value is sealed under an unknown key. */
export function newSecret(tenantId: string, key: string, options: Partial<NewSecret> = {}): NewSecret {
  const id = randomUUID();
  const cipher = new TenantCipher(tenantId, 1, createSecretKey(randomBytes(32)));
  const binding = { tenantId, secretId: id, key, version: 1 };
  const value = SealedValue.of(cipher, binding, { format: 'text', text: 'v' });
  return { id, key, attributes: DEFAULT_ATTRIBUTES, value, schema: null, providerOptions: null, ...options };
}

/** Returns the events of a key, ordered by id. */
export async function eventsOf(database: TestDatabase, key: string) {
  const rows = await database.asSuperuser<{ body: string }>(
    `SELECT body FROM audit_events WHERE body <> 'event' AND body::json ->> 'key' = $1 ORDER BY id`,
    [key],
  );
  return rows.map(({ body }) => {
    const { action, outcome, version } = JSON.parse(body) as Record<string, unknown>;
    return { action, outcome, version };
  });
}
