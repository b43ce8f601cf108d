import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../common/tenant-context.js';
import type { SealedValue } from '../../crypto/sealed-value.js';
import { sealedValueTransformer } from '../../crypto/sealed-value.transformer.js';
import { chunksOf } from './chunks-of.js';
import type { Moving } from './move-queries.js';
import type { MoveRules } from './moved-secrets.repository.js';
import { Overtaken } from './overtaken.js';

/** Names an earlier version that has a value, and its size. */
export interface EarlierVersion {
  readonly secretId: string;
  readonly version: number;
  readonly bytes: number;
}

interface VersionValue<V> {
  readonly secretId: string;
  readonly version: number;
  readonly value: V;
}

const FIND = `
  SELECT v.secret_id AS "secretId", v.version, octet_length(v.value) AS bytes FROM secret_versions v
  WHERE v.tenant_id = $1 AND v.secret_id = ANY ($2::uuid[]) AND v.value IS NOT NULL
  ORDER BY v.secret_id, v.version`;

const READ = `
  SELECT v.secret_id AS "secretId", v.version, v.value
  FROM unnest($2::uuid[], $3::integer[]) AS n (secret_id, version)
  JOIN secret_versions v ON v.tenant_id = $1 AND v.secret_id = n.secret_id AND v.version = n.version
  WHERE v.value IS NOT NULL`;

const WRITE =
  'SELECT reseal_secret_versions($1, $2::uuid[], $3::integer[], $4::integer[], $5::bytea[]) AS resealed';

/**
 * Seals the earlier versions of secrets anew, in the transaction of a move that has locked the secrets. Everything that
 * writes versions locks their secret, so that none is added, destroyed or removed meanwhile.
 */
@Injectable()
export class MovedVersions {
  /** Returns the versions that have a value, without it. */
  find(
    manager: EntityManager,
    { tenantId }: TenantContext,
    secretIds: readonly string[],
  ): Promise<EarlierVersion[]> {
    return manager.query<EarlierVersion[]>(FIND, [tenantId, secretIds]);
  }

  /**
   * Reads, seals and writes a part of the versions at a time.
   * @throws Overtaken when versions are not there any more
   */
  async reseal(
    manager: EntityManager,
    tenant: TenantContext,
    { moves, versions }: { readonly moves: readonly Moving[]; readonly versions: readonly EarlierVersion[] },
    rules: Pick<MoveRules, 'resealVersion'>,
  ): Promise<void> {
    const { tenantId } = tenant;
    const movesById = new Map(moves.map((move) => [move.current.id, move]));
    for (const chunk of chunksOf(versions)) {
      const names = [chunk.map(({ secretId }) => secretId), chunk.map(({ version }) => version)];
      const rows = await manager.query<VersionValue<Buffer>[]>(READ, [tenantId, ...names]);
      const resealed: VersionValue<SealedValue>[] = [];
      for (const { secretId, version, value } of rows) {
        const move = movesById.get(secretId);
        const sealed = sealedValueTransformer.from(value);
        if (move === undefined || sealed === null) throw new Overtaken();
        const { key } = move.current;
        const sealedVersion = { tenantId, secretId, key, version, value: sealed };
        resealed.push({ secretId, version, value: await rules.resealVersion(sealedVersion, move.newKey) });
      }
      if ((await this.write(manager, tenantId, resealed)) !== chunk.length) throw new Overtaken();
    }
  }

  private async write(
    manager: EntityManager,
    tenantId: string,
    resealed: readonly VersionValue<SealedValue>[],
  ): Promise<number | undefined> {
    const [row] = await manager.query<{ resealed: number }[]>(WRITE, [
      tenantId,
      resealed.map(({ secretId }) => secretId),
      resealed.map(({ version }) => version),
      resealed.map(({ value }) => value.generation),
      resealed.map(({ value }) => sealedValueTransformer.to(value)),
    ]);
    return row?.resealed;
  }
}
