import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Describes the key that signs checkpoints, whose private part is sealed under a root key. */
export interface SealedSigningKey {
  readonly id: number;
  readonly publicKey: Buffer;
  readonly sealed: Buffer;
  readonly rootKeyId: string;
}

/** Reads and writes `audit_signing_keys`. */
@Injectable()
export class SigningKeysRepository {
  /** Returns the key that signs; undefined where there has never been one. */
  async findActive(manager: EntityManager): Promise<SealedSigningKey | undefined> {
    const [row] = await manager.query<SealedSigningKey[]>(
      `SELECT id, public_key AS "publicKey", sealed, root_key_id AS "rootKeyId"
       FROM audit_signing_keys WHERE retired_at IS NULL`,
    );
    return row;
  }

  /** Returns the public keys of all keys, by their numbers. */
  async findPublic(manager: EntityManager): Promise<Map<number, Buffer>> {
    const rows = await manager.query<{ id: number; publicKey: Buffer }[]>(
      'SELECT id, public_key AS "publicKey" FROM audit_signing_keys',
    );
    return new Map(rows.map(({ id, publicKey }) => [id, publicKey]));
  }

  async insert(
    manager: EntityManager,
    { id, publicKey, sealed, rootKeyId }: SealedSigningKey,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO audit_signing_keys (id, public_key, sealed, root_key_id) VALUES ($1, $2, $3, $4)',
      [id, publicKey, sealed, rootKeyId],
    );
  }

  /**
   * Takes the lock under which the audit trail is sealed, until the end of the transaction. Returns the id of the
   * installation.
   */
  async lock(manager: EntityManager): Promise<string> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT i.id FROM lock_sequence('audit', true), installation i`,
    );
    if (row === undefined) throw new Error('The installation has no row');
    return row.id;
  }

  /** Notes for every log that a key signs whatever comes next. */
  async begin(manager: EntityManager, id: number): Promise<void> {
    await manager.query('SELECT begin_signing_key($1)', [id]);
  }

  /** Erases the private part of a key, which signs nothing any more. */
  async retire(manager: EntityManager, id: number): Promise<void> {
    await manager.query(
      'UPDATE audit_signing_keys SET sealed = NULL, retired_at = now() WHERE id = $1 AND retired_at IS NULL',
      [id],
    );
  }
}
