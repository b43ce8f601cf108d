import type { DataSource } from 'typeorm';
import { StartupError } from '../../common/startup-error.js';
import type { SqlRunner } from '../schema/role-variables.js';
import { findMissingExtensions } from './extensions.js';
import type { Damage, SchemaRoles } from './damage.js';
import { findGrantDamage } from './grants.js';
import { findOwnerDamage } from './owners.js';
import { findDefaultPrivileges, findRoleDamage } from './roles.js';
import { findMissingTables, findStructureDamage } from './structure.js';

type Finder = (runner: SqlRunner, roles: SchemaRoles) => Promise<Damage[]>;

/** Lists the checks in the order in which the damage is mended: each may rely on those before it. */
const FINDERS: readonly Finder[] = [
  findMissingTables,
  findRoleDamage,
  findOwnerDamage,
  findMissingExtensions,
  findStructureDamage,
  findGrantDamage,
  findDefaultPrivileges,
];

/** Returns what differs between a migrated database and what the schema's files declare, functions aside. */
export async function findDamage(runner: SqlRunner, roles: SchemaRoles): Promise<Damage[]> {
  const found: Damage[] = [];
  for (const find of FINDERS) {
    found.push(...(await find(runner, roles)));
    // Without its tables, or with those of somebody else, nothing further can be said.
    if (found.some(({ cure }) => cure !== undefined)) break;
  }
  return found;
}

/**
 * Mends what a restore has left, in one transaction. The caller must hold the migration lock.
 * @returns what was mended
 * @throws StartupError with the cure where the operator has to do something
 */
export function mendSchema(dataSource: DataSource, roles: SchemaRoles): Promise<string[]> {
  return dataSource.transaction(async (manager) => {
    const mended: string[] = [];
    for (const find of FINDERS) {
      const damage = await find(manager, roles);
      refuseIncurable(damage);
      for (const { mend = [] } of damage) for (const sql of mend) await manager.query(sql);
      mended.push(...damage.map(({ problem }) => problem));
      if (damage.length > 0) refuseRemaining(await find(manager, roles));
    }
    return mended;
  });
}

/** @throws StartupError for the first damage that the owner's login cannot mend */
export function refuseIncurable(damage: readonly Damage[]): void {
  for (const { problem, cure } of damage)
    if (cure !== undefined) throw new StartupError(`The database is damaged: ${problem}: ${cure}`);
}

function refuseRemaining(damage: readonly Damage[]): void {
  const [first] = damage;
  if (first === undefined) return;
  throw new StartupError(`The database is damaged and could not be mended: ${first.problem}`);
}
