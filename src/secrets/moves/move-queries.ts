import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../common/tenant-context.js';
import type { StoredSecret } from '../secret.js';
import { SecretRows, type SecretRow } from '../store/secret-row.js';
import type { KeyConflict, Prefix } from './moved-secrets.repository.js';

/** Holds a secret that a prefix selects, without its sealed parts, and their size and that of its earlier versions. */
export interface SelectedSecret {
  readonly secret: StoredSecret;
  readonly bytes: number;
  readonly versions: number;
  readonly versionBytes: number;
}

interface Selection {
  readonly prefix: Prefix;
  readonly limit: number;
  /** True to keep the rows locked until the transaction ends. */
  readonly locks: boolean;
}

/** Holds a secret on its way to another key. */
export interface Moving {
  readonly current: StoredSecret;
  readonly newKey: string;
}

const SIZES = `
  octet_length(s.value) + coalesce(octet_length(s.provider_options), 0) AS bytes,
  h.versions, h.bytes AS "versionBytes"`;

const HISTORY = `
  CROSS JOIN LATERAL (
    SELECT count(*)::integer AS versions, least(coalesce(sum(octet_length(v.value)), 0), 2147483647)::integer AS bytes
    FROM secret_versions v
    WHERE v.tenant_id = s.tenant_id AND v.secret_id = s.id AND v.value IS NOT NULL
  ) h`;

/** Blanks the sealed parts, which are large. */
const UNSEALED = { value: 'NULL::bytea', provider_options: 'NULL::bytea' };

const LOCK_MOVES = 'SELECT lock_secret_moves($1) AS locked';

const LOCK_KEYS = 'SELECT lock_secret_keys($1::text[], $2::boolean[])';

/** Tells of each new key, $2, of a secret of the tenant $1, global or not by $3, why it cannot be had. */
const CONFLICTS = `
  SELECT k.key, CASE
    WHEN (f.secret).id IS NOT NULL THEN 'exists'
    WHEN f.is_foreign THEN 'global_elsewhere'
    ELSE 'key_elsewhere' END AS conflict
  FROM unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS k (key, is_global, ordinal)
  JOIN find_secrets(array_fill($1::uuid, ARRAY[cardinality($2)]), $2) f ON f.ordinal = k.ordinal
  WHERE (f.secret).id IS NOT NULL OR f.is_foreign OR k.is_global AND secret_key_elsewhere($1, k.key)`;

/** Queries what a move needs to know, and takes its locks, in the caller's transaction. */
@Injectable()
export class MoveQueries {
  private readonly selection: string;
  private readonly contents: string;

  constructor(@Inject(SecretRows) private readonly rows: SecretRows) {
    // The range is that of the index; every key that begins with $2 is in it.
    this.selection = `
      SELECT u.username AS creator_name, ${SIZES}, ${rows.select('s', UNSEALED)}
      FROM secrets s JOIN users u ON u.id = s.created_by ${HISTORY}
      WHERE s.tenant_id = $1 AND s.key >= $2 COLLATE "C" AND s.key < $3 COLLATE "C"
        AND (s.visibility <> 'private' OR s.created_by = $4 OR $5)
      ORDER BY s.key LIMIT $6`;
    this.contents = `
      SELECT u.username AS creator_name, ${rows.select('s')}
      FROM secrets s JOIN users u ON u.id = s.created_by
      WHERE s.tenant_id = $1 AND s.id = ANY ($2::uuid[]) ORDER BY s.key`;
  }

  /**
   * Makes the moves of a tenant take turns, and keeps the tenant from being deleted.
   * @returns false if the tenant was deleted
   */
  async lockMoves(manager: EntityManager, tenantId: string): Promise<boolean> {
    const [row] = await manager.query<{ locked: boolean }[]>(LOCK_MOVES, [tenantId]);
    return row?.locked === true;
  }

  /** Locks the new keys as creations do, and of a global secret both keys against everybody else. */
  async lockKeys(manager: EntityManager, moves: readonly Moving[]): Promise<void> {
    const keys = moves.flatMap(({ current, newKey }) =>
      isGlobal(current) ? [current.key, newKey] : [newKey],
    );
    const globals = moves.flatMap(({ current }) => (isGlobal(current) ? [true, true] : [false]));
    await manager.query(LOCK_KEYS, [keys, globals]);
  }

  /** Returns the secrets of a prefix that the caller sees, in the order of their keys. */
  async select(
    manager: EntityManager,
    { tenantId, tenantName, userId }: TenantContext,
    { prefix, limit, locks }: Selection,
  ): Promise<SelectedSecret[]> {
    const values = [tenantId, prefix.text, afterPrefix(prefix.text), userId, prefix.includesPrivate, limit];
    const statement = `${this.selection}${locks ? ' FOR UPDATE OF s' : ''}`;
    const rows = await manager.query<(SecretRow & Omit<SelectedSecret, 'secret'>)[]>(statement, values);
    return rows.map((row) => {
      const { bytes, versions, versionBytes } = row;
      return { secret: this.rows.toSecret(row, tenantName), bytes, versions, versionBytes };
    });
  }

  /** Returns secrets whole, in the order of their keys. */
  async read(
    manager: EntityManager,
    { tenantId, tenantName }: TenantContext,
    ids: readonly string[],
  ): Promise<StoredSecret[]> {
    const rows = await manager.query<SecretRow[]>(this.contents, [tenantId, ids]);
    return rows.map((row) => this.rows.toSecret(row, tenantName));
  }

  /** Returns which of the new keys cannot be had, and why. */
  async conflicts(
    manager: EntityManager,
    { tenantId }: TenantContext,
    moves: readonly Moving[],
  ): Promise<ReadonlyMap<string, KeyConflict>> {
    const globals = moves.map(({ current }) => isGlobal(current));
    const values = [tenantId, moves.map(({ newKey }) => newKey), globals];
    const rows = await manager.query<{ key: string; conflict: KeyConflict }[]>(CONFLICTS, values);
    return new Map(rows.map(({ key, conflict }) => [key, conflict]));
  }
}

export function isGlobal({ visibility }: StoredSecret): boolean {
  return visibility === 'global';
}

/** Returns the first text after all that begin with a prefix, which is of ASCII. */
function afterPrefix(prefix: string): string {
  const last = prefix.length - 1;
  return `${prefix.slice(0, last)}${String.fromCharCode(prefix.charCodeAt(last) + 1)}`;
}
