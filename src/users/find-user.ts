import type { EntityManager } from 'typeorm';
import { nameProblem } from '../common/resource-name.js';
import { User } from './user.entity.js';

/** A deletion waits for whoever is storing what refers to the user; a change does not. */
const LOCKS = { change: 'for_no_key_update', delete: 'pessimistic_write' } as const;

/**
 * The living user of that name, in any case. What cannot be a name is nobody's: the database is not asked for it,
 * since it cannot hold every text.
 * @param lockTo what the user's row is locked for until the transaction ends, if it is
 */
export async function findUser(
  manager: EntityManager,
  username: string,
  lockTo?: keyof typeof LOCKS,
): Promise<User | null> {
  if (nameProblem(username) !== undefined) return null;
  const query = manager
    .createQueryBuilder(User, 'user')
    .where('lower(user.username) = lower(:username) AND user.deletedAt IS NULL', { username });
  return (lockTo === undefined ? query : query.setLock(LOCKS[lockTo])).getOne();
}
