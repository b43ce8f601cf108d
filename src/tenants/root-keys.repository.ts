import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { RootKey } from './root-key.entity.js';

/** Describes a root key that the database knows. */
export interface KnownRootKey {
  readonly id: string;
  readonly checkValue: Buffer;
  /** Tells whether it is the active key, or a tenant's key or that of the audit trail is wrapped under it. */
  readonly isNeeded: boolean;
}

/** Reads and writes `root_keys`. */
@Injectable()
export class RootKeysRepository {
  /** Returns the known keys by id; none where the table has not been created yet. */
  async findAll(connection: SqlConnection): Promise<KnownRootKey[]> {
    const [tables] = await connection.query<{ exists: boolean; signs: boolean }[]>(
      `SELECT to_regclass('root_keys') IS NOT NULL AS exists, to_regclass('audit_signing_keys') IS NOT NULL AS signs`,
    );
    if (tables?.exists !== true) return [];
    const signing =
      'OR EXISTS (SELECT FROM audit_signing_keys s WHERE s.root_key_id = r.id AND s.retired_at IS NULL)';
    return connection.query<KnownRootKey[]>(
      `SELECT id, check_value AS "checkValue",
              state = 'active' OR EXISTS (
                SELECT FROM tenant_keys k WHERE k.root_key_id = r.id AND k.retired_at IS NULL
              ) ${tables.signs ? signing : ''} AS "isNeeded"
       FROM root_keys r ORDER BY id`,
    );
  }

  async findActiveId(manager: EntityManager): Promise<string | undefined> {
    const row = await manager.findOneBy(RootKey, { state: 'active' });
    return row?.id;
  }

  /** Inserts a key unless one of that id is known. */
  async insertMissing(
    manager: EntityManager,
    key: Pick<RootKey, 'id' | 'checkValue' | 'state'>,
  ): Promise<void> {
    await manager.createQueryBuilder().insert().into(RootKey).values(key).orIgnore().execute();
  }
}
