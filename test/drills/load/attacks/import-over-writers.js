import { randomInt, randomUUID } from 'node:crypto';
import { keyOf } from '../../../../dist/bench/seed.js';

const SECRETS = 60_000;

/** Imports secrets over existing ones on one connection, again and again, and changes the same secrets on the others. */
export function importOverWriters(attack) {
  const count = Math.min(SECRETS, attack.secrets);
  const bodies = [1, 2].map(() =>
    Buffer.from(attack.request('POST', '/api/v3.1/secrets/share/import', bodyOf(attack, count))),
  );
  let number = 0;
  attack.repeat(() => bodies[(number += 1) % bodies.length], { connections: 1 });
  attack.repeat(() => attack.request('PATCH', attack.secretPath(randomInt(count)), { value: randomUUID() }), {
    connections: attack.connections - 1,
  });
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
