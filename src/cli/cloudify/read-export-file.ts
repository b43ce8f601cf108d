import { flagOf } from '../../api/input/is-flag.decorator.js';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import { readBytes } from '../read-text-file.js';
import type { CloudifyContents } from './cloudify-contents.js';
import { secretsIn } from './secrets-in.js';

/**
 * Reads a file that `cfy secrets export` wrote; it holds secrets only.
 * @param askPassphrase called where a value is encrypted
 * @throws StartupError for a file of any other kind
 */
export async function readExportFile(
  path: string,
  createTenants: boolean,
  askPassphrase: () => Promise<string>,
): Promise<CloudifyContents> {
  const name = printable(path, 256);
  const secrets = secretsIn(readBytes(path), name);
  if (secrets === undefined)
    throw new StartupError(`${name} is not an export of secrets: it must be a JSON array of objects`);
  const encrypted = secrets.some((secret) => flagOf(secret.encrypted) === true);
  const names = secrets.map(({ tenant_name: name }) => name).filter((name) => typeof name === 'string');
  return {
    tenants: createTenants ? [...new Set(names)] : [],
    users: [],
    groups: [],
    secrets,
    passphrase: encrypted ? await askPassphrase() : undefined,
    gaps: ['users, user groups and memberships: a file of exported secrets has none'],
  };
}
