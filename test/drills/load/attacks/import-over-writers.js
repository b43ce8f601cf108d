import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { keyOf } from '../../../../dist/bench/seed.js';

const SECRETS = 60_000;
const PATIENCE_MS = 60_000;
const LOOK_MS = 10;

/**
 * Imports secrets over existing ones on one connection, again and again, and changes the same secrets on the others.
 * `options.locked` waits until a change waits for what the import holds, which may be long after it has begun.
 */
export async function importOverWriters(attack) {
  const count = Math.min(SECRETS, attack.secrets);
  const bodies = [1, 2].map(() =>
    Buffer.from(attack.request('POST', '/api/v3.1/secrets/share/import', bodyOf(attack, count))),
  );
  let number = 0;
  attack.repeat(() => bodies[(number += 1) % bodies.length], { connections: 1 });
  attack.repeat(() => attack.request('PATCH', attack.secretPath(randomInt(count)), { value: randomUUID() }), {
    connections: attack.connections - 1,
  });
  if (attack.options.locked) await changesWait(attack);
}

/** Waits for a bounded time until a session waits for a row that another one has changed. */
async function changesWait({ databaseUrl }) {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const deadline = Date.now() + PATIENCE_MS;
  const waiting = `SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted`;
  while ((await database.query(waiting)).rowCount === 0 && Date.now() < deadline) await sleep(LOOK_MS);
  await database.end();
}

/** Returns an import that gives each secret a new value. */
function bodyOf({ tenant }, count) {
  const stamp = randomUUID();
  const rows = Array.from({ length: count }, (_, index) => ({
    key: keyOf(index),
    value: `${stamp} ${index}`,
    tenant_name: tenant,
    visibility: 'tenant',
    is_hidden_value: false,
    encrypted: false,
  }));
  return { secrets_list: rows, override_collisions: true };
}
