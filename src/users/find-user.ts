import type { EntityManager } from 'typeorm';
import { NotFound } from '../common/errors.js';
import { printable } from '../common/printable.js';
import { nameProblem } from '../common/resource-name.js';
import { User } from './user.entity.js';

/**
 * The living user of that name, in any case. What cannot be a name is nobody's: the database is not asked for it,
 * since it cannot hold every text.
 */
export async function findUser(manager: EntityManager, username: string, lock = false): Promise<User | null> {
  if (nameProblem(username) !== undefined) return null;
  const query = manager
    .createQueryBuilder(User, 'user')
    .where('lower(user.username) = lower(:username) AND user.deletedAt IS NULL', { username });
  return (lock ? query.setLock('pessimistic_write') : query).getOne();
}

export function userNotFound(username: string): NotFound {
  return new NotFound(`Requested \`User\` with ID \`${printable(username)}\` was not found`);
}
