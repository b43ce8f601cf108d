import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { LogKeys, logKeyLine } from '../../transparency/log-keys.js';
import { VerifierKey } from '../../transparency/note/verifier-key.js';

const KEYS = `
  SELECT audit_origin(k.log_id, k.epoch) AS origin, s.public_key AS key, k.from_size::float8 AS "from"
  FROM audit_log_keys k JOIN audit_signing_keys s ON s.id = k.key_id WHERE k.log_id = ANY ($1)`;

/** Returns the verifier keys of logs as the database has them; undefined where it has none. */
export async function storedKeys(
  owner: SqlConnection,
  logIds: readonly string[],
): Promise<LogKeys | undefined> {
  const rows = await owner.query<{ origin: string; key: Buffer; from: number }[]>(KEYS, [logIds]);
  const lines = rows.flatMap(({ origin, key, from }) => {
    const verifier = VerifierKey.of(origin, key);
    return verifier === undefined ? [] : [logKeyLine(verifier, from)];
  });
  return lines.length === 0 ? undefined : LogKeys.parse(lines.join(''));
}
