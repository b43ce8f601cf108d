import { BadParameters, Conflict, Forbidden, NotFound, TooCostly } from '../../common/errors.js';
import { printable } from '../../common/printable.js';
import type { MoveProblem } from './moved-secrets.repository.js';

/** Limits the secrets of one bulk move. */
export const MOST_MOVED = 500;

/** Limits the earlier versions of one bulk move. */
export const MOST_MOVED_VERSIONS = 10_000;

/** Limits the bytes of one move, of all that is sealed. */
export const MOST_MOVED_BYTES = 32 * 1024 * 1024;

export function sameKey(): BadParameters {
  return new BadParameters('`key` is the key that the secret has; give another one');
}

export function samePrefix(): BadParameters {
  return new BadParameters('`from_prefix` and `to_prefix` are the same; give two that differ');
}

/** Refuses to give a global secret another key, which would be one in all tenants. */
export function mayNotMoveGlobal(key: string): Forbidden {
  return new Forbidden(
    `The secret \`${key}\` is global, and its new key would be one in all tenants: only a system administrator can move it ` +
      '(create_global_resource)',
  );
}

/** Reports a taken key, even if the secret that has it is private to another user. */
export function newKeyTaken(newKey: string): Conflict {
  return new Conflict(
    `Secret with key \`${newKey}\` already exists in this tenant or as a global one; take another key, or move or delete ` +
      'that secret first',
  );
}

export function newKeyElsewhere(newKey: string): Conflict {
  return new Conflict(
    `A global secret cannot have the key \`${newKey}\`: another tenant has that key; take another one`,
  );
}

export function badNewKey(key: string, problem: string): BadParameters {
  return new BadParameters(`\`${key}\` cannot move: its new key ${problem}; take another \`to_prefix\``);
}

export function nothingToMove(prefix: string): NotFound {
  return new NotFound(
    `There is no secret whose key begins with \`${printable(prefix)}\`, or none that you see; check \`from_prefix\` and the tenant`,
  );
}

export function tooManyToMove(prefix: string): TooCostly {
  return new TooCostly(
    `More than ${MOST_MOVED} secrets have a key that begins with \`${printable(prefix)}\`; move them in parts, by longer prefixes`,
  );
}

export function tooManyVersionsToMove(prefix: string): TooCostly {
  return new TooCostly(
    `The secrets whose keys begin with \`${printable(prefix)}\` have more than ${MOST_MOVED_VERSIONS} earlier versions; move ` +
      'them in parts, by longer prefixes',
  );
}

export function tooMuchHistoryToMove(key: string): TooCostly {
  const most = MOST_MOVED_BYTES / 1024 / 1024;
  return new TooCostly(
    `\`${key}\` and its earlier versions hold more than ${most} MiB; destroy some of them, or lower \`max_versions\`, and ` +
      'move it then',
  );
}

export function tooMuchToMove(prefix: string): TooCostly {
  const most = MOST_MOVED_BYTES / 1024 / 1024;
  return new TooCostly(
    `The secrets whose keys begin with \`${printable(prefix)}\` and their earlier versions hold more than ${most} MiB; move them in parts, by ` +
      'longer prefixes',
  );
}

/** Returns what to say of a bulk move some of whose secrets cannot move. */
export function nothingMoved({ refusal }: MoveProblem, others: number): string {
  const more = others === 0 ? '' : `; ${others} more cannot move either`;
  return `Nothing was moved. ${refusal.error.message}${more}; \`"dry_run": true\` lists all that stand in the way`;
}
