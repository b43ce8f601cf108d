import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { readOrCreateRootKeyFile } from '../crypto/root-key-file.js';
import { RootKeys } from '../crypto/root-keys.js';

export interface RootKeySource {
  readonly rootKeys: RootKeys;
  /** The key file, if the keys come from one. */
  readonly file: string | undefined;
  readonly created: boolean;
}

/**
 * Verifies that root keys given by the configuration can be read, before anything is opened.
 * @throws StartupError that names the variable
 */
export function requireRootKeys({ rootKeys }: Configuration): void {
  if (rootKeys !== undefined) RootKeys.parse(rootKeys);
}

/**
 * Loads the root keys from the configuration, or from the file beside the embedded database. The file is created only
 * if the database has never had a root key: a lost file must not be replaced silently.
 */
export function loadRootKeys(configuration: Configuration, known: boolean): RootKeySource {
  if (configuration.rootKeys !== undefined) {
    return { rootKeys: RootKeys.parse(configuration.rootKeys), file: undefined, created: false };
  }
  if (configuration.databaseUrl !== undefined || configuration.nodeEnv === 'production') {
    throw new StartupError('STRONGROOM_ROOT_KEYS is not set: give the root keys as id:base64 pairs');
  }
  const file = keyFileOf(configuration);
  const { text, created } = readOrCreateRootKeyFile(file, { mayCreate: !known });
  return { rootKeys: RootKeys.parse(text, `The root key file ${file}`), file, created };
}

/**
 * Returns the root keys for a command that can do without: undefined where the configuration has none, and no file with
 * them lies beside the embedded database.
 */
export function findRootKeys(configuration: Configuration): RootKeys | undefined {
  const { rootKeys, databaseUrl } = configuration;
  const isThere =
    rootKeys !== undefined || (databaseUrl === undefined && existsSync(keyFileOf(configuration)));
  return isThere ? loadRootKeys(configuration, true).rootKeys : undefined;
}

function keyFileOf({ dataDir }: Configuration): string {
  return join(dataDir, 'root.key');
}
