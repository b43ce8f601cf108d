import { printable } from '../../common/printable.js';
import { LoginLocks } from '../../users/login-locks.service.js';
import type { LoginLock } from '../../users/login-locks.repository.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import { CommandError } from '../command-error.js';
import type { Call } from '../commands/command-spec.js';
import { done, list, type Output } from '../output/output.js';
import { withServices } from '../with-services.js';

export function listLocks({ io }: Call): Promise<Output> {
  return withServices(io, async (services, caller) =>
    shown(await services.get(LoginLocks).list(caller), 'Nobody is locked'),
  );
}

export function showLocks({ io, args: [name] }: Call<[string]>): Promise<Output> {
  return withServices(io, async (services, caller) => {
    const { user } = await services.get(UserDirectory).find(name);
    const locks = await services.get(LoginLocks).list(caller);
    const own = locks.filter(({ username }) => username === user.username);
    return shown(own, `${user.username} is not locked`);
  });
}

export async function clearLocks({
  io,
  args: [name],
  options: { all = false },
}: Call<[string?], { all?: boolean }>): Promise<Output> {
  if ((name === undefined) !== all) throw new CommandError('Give either a user name or --all', 'usage');
  return withServices(io, async (services, caller) => {
    if (name !== undefined) {
      await services.get(UserAdministration).unlock(name, caller);
      return done(`${printable(name)} is unlocked`, { user: name });
    }
    const ended = await services.get(LoginLocks).clear(caller);
    return done(`Ended all locks (${ended.length})`, { ended: ended.map(lockJson) });
  });
}

function shown(locks: readonly LoginLock[], none: string): Output {
  return list(locks.map(lockJson), {
    columns: [
      ['USER', ({ username, kind }) => username ?? (kind === 'source' ? '(anybody)' : '(a name nobody has)')],
      ['SOURCE', ({ source }) => source ?? '(every source that has not logged in lately)'],
      ['LOCKED BY', ({ kind }) => kind],
      ['UNTIL', ({ until }) => until],
    ],
    id: ({ username, source }) => username ?? source ?? '-',
    none,
  });
}

function lockJson({ until, ...lock }: LoginLock) {
  return { ...lock, until: until.toISOString() };
}
