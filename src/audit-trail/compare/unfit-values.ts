import type { Binding } from '../../crypto/binding.js';
import { DecryptionError, UnknownKeyError } from '../../crypto/crypto-errors.js';
import type { Keyring } from '../../crypto/keyring.js';
import { sealedValueTransformer } from '../../crypto/sealed-value.transformer.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import type { Difference } from './difference.js';

interface Row {
  readonly secretId: string;
  readonly version: number;
  readonly key: string;
  readonly value: Buffer;
  readonly options: Buffer | null;
}

const CHUNK = 500;

/** Pages through the current values and those of the versions, along the primary keys. */
const VALUES = `
  SELECT s.id AS "secretId", s.version, s.key, s.value, s.provider_options AS options FROM secrets s
  WHERE s.tenant_id = $1 AND s.id > $2 ORDER BY s.id LIMIT ${CHUNK}`;
const VERSIONS = `
  SELECT v.secret_id AS "secretId", v.version, s.key, v.value, NULL AS options
  FROM secret_versions v JOIN secrets s ON s.tenant_id = v.tenant_id AND s.id = v.secret_id
  WHERE v.tenant_id = $1 AND (v.secret_id, v.version) > ($2, $3) AND v.value IS NOT NULL
  ORDER BY v.secret_id, v.version LIMIT ${CHUNK}`;

const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Opens every value of a tenant, and the provider options, with the place that it stands in. Returns those that were sealed
 * for another place, or altered.
 */
export async function* unfitValues(
  owner: SqlConnection,
  keyring: Keyring,
  tenantId: string,
): AsyncGenerator<Omit<Difference, 'tenant'>> {
  for (const [statement, isOfVersions] of [
    [VALUES, false],
    [VERSIONS, true],
  ] as const) {
    let last: Pick<Row, 'secretId' | 'version'> = { secretId: FIRST, version: 0 };
    for (;;) {
      const after = isOfVersions ? [last.secretId, last.version] : [last.secretId];
      const rows = await owner.query<Row[]>(statement, [tenantId, ...after]);
      for (const row of rows)
        if (!(await opens(keyring, tenantId, row)))
          yield { kind: 'value_unfit', key: row.key, secretId: row.secretId, version: row.version };
      if (rows.length < CHUNK) break;
      last = rows.at(-1) ?? last;
    }
  }
}

async function opens(keyring: Keyring, tenantId: string, row: Row): Promise<boolean> {
  const { secretId, version, key, value, options } = row;
  const place = { tenantId, secretId, key };
  try {
    await open(keyring, value, { ...place, version });
    await open(keyring, options, { ...place, part: 'provider options' });
    return true;
  } catch (error) {
    if (error instanceof DecryptionError || error instanceof UnknownKeyError) return false;
    throw error;
  }
}

async function open(keyring: Keyring, bytes: Buffer | null, binding: Binding): Promise<void> {
  const sealed = sealedValueTransformer.from(bytes);
  if (sealed !== null) await keyring.open(sealed, binding);
}
