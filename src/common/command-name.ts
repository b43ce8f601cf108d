import { basename, relative, sep } from 'node:path';

/** Names the operator's command as it is installed. */
const INSTALLED = 'strongroom-admin';

/** Names the file at the top of a clone that runs the command. */
const LAUNCHER = 'admin';

/**
 * Returns how to type the operator's command here, for hints that can be pasted: the launcher of a clone by its path,
 * and the installed name everywhere else.
 */
export function commandName(script = process.argv[1] ?? ''): string {
  if (basename(script) !== LAUNCHER) return INSTALLED;
  const path = relative(process.cwd(), script);
  if (path.startsWith(`..${sep}..`)) return script;
  return path.startsWith('..') ? path : `.${sep}${path}`;
}
