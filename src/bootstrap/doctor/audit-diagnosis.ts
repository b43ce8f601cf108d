import type { DataSource } from 'typeorm';
import { StartupError } from '../../common/startup-error.js';
import type { RootKeys } from '../../crypto/root-keys.js';
import type { SqlConnection } from '../../database/connection/sql-connection.js';
import { privateKeyOf, publicKeyBytes } from '../../transparency/note/ed25519.js';
import type { Report } from './finding.js';

const MOST_COUNTED = 100_000;

/** Limits how long events may wait to be sealed before it is a finding. */
const LONG_SECONDS = 300;

interface SigningKey {
  readonly installation: string;
  readonly id: number;
  readonly publicKey: Buffer;
  readonly sealed: Buffer;
  readonly rootKeyId: string;
}

/**
 * Tells whether the key that signs the audit trail opens; false where there is none yet.
 * @throws StartupError where it does not open
 */
export async function signingKeyOpens(connection: SqlConnection, configured: RootKeys): Promise<boolean> {
  const [table] = await connection.query<{ exists: boolean }[]>(
    `SELECT to_regclass('audit_signing_keys') IS NOT NULL AS exists`,
  );
  if (table?.exists !== true) return false;
  const [key] = await connection.query<SigningKey[]>(
    `SELECT i.id AS installation, k.id, k.public_key AS "publicKey", k.sealed, k.root_key_id AS "rootKeyId"
     FROM audit_signing_keys k, installation i WHERE k.retired_at IS NULL`,
  );
  if (key === undefined) return false;
  if (!isOpened(key, configured))
    throw new StartupError(`The key ${key.id}, which signs the audit trail, does not open`);
  return true;
}

function isOpened({ installation, id, publicKey, sealed, rootKeyId }: SigningKey, keys: RootKeys): boolean {
  try {
    const seed = keys.unwrapSigningKey(rootKeyId, installation, id, sealed);
    const opened = publicKeyBytes(privateKeyOf(seed));
    seed.fill(0);
    return opened.equals(publicKey);
  } catch {
    return false;
  }
}

/** Reports what waits to be sealed, and whether a new epoch of the audit trail is due. */
export async function diagnoseSealing(dataSource: DataSource, report: Report): Promise<void> {
  const [row] = await dataSource.query<{ moved: boolean; events: number; seconds: number }[]>(
    `SELECT database_has_moved() AS moved, b.events, b.oldest_seconds AS seconds FROM audit_sealing_backlog($1) AS b`,
    [MOST_COUNTED],
  );
  if (row?.moved === true)
    report('audit', 'the database was restored, failed over or moved: the next event begins a new epoch');
  else if (row !== undefined && row.seconds > LONG_SECONDS)
    report(
      'audit',
      `${row.events} events wait to be sealed, the oldest for ${Math.floor(row.seconds / 60)} minutes: the service does ` +
        'not run, or its log says why it does not seal them',
      'warning',
    );
  else report('audit', 'events are sealed');
}
