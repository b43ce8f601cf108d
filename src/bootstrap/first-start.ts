import type { EntityManager } from 'typeorm';
import { serviceCaller } from '../audit/service-caller.js';
import { StartupError } from '../common/startup-error.js';
import { passwordProblem, shortestFirstPassword } from '../common/passwords/password-rules.js';
import { randomPassword } from '../common/passwords/random-password.js';
import type { Configuration } from '../config/configuration.js';
import type { PasswordHasher } from '../crypto/password-hasher.js';
import type { RootKeys } from '../crypto/root-keys.js';
import { RootKeyRegistry } from '../tenants/root-key-registry.js';
import { TenantCreation } from '../tenants/tenant-creation.js';
import { BootstrapAdministrator } from '../users/bootstrap-administrator.js';

/** Describes the administrator that the first start created. The password is shown once and stored nowhere. */
export interface FirstAdministrator {
  readonly username: string;
  /** The generated password; undefined when the operator chose one. */
  readonly generatedPassword: string | undefined;
}

export interface FirstStart {
  readonly configuration: Configuration;
  readonly rootKeys: RootKeys;
  readonly hasher: PasswordHasher;
}

/**
 * Verifies that the first administrator can have the configured password. With the embedded database one is generated
 * where none is configured.
 * @throws StartupError that names the variable and never repeats the password
 */
export function requireFirstPassword(configuration: Configuration): void {
  const { adminPassword, adminPasswordProblem, databaseUrl, nodeEnv, passwordMinLength } = configuration;
  if (adminPasswordProblem !== undefined) throw new StartupError(adminPasswordProblem);
  if (adminPassword === undefined) {
    if (databaseUrl === undefined) return;
    throw new StartupError(
      'STRONGROOM_ADMIN_PASSWORD is not set and there is no user yet: give the first password of the administrator',
    );
  }
  const shortest = shortestFirstPassword(passwordMinLength, nodeEnv === 'production');
  const problem = passwordProblem(adminPassword, shortest);
  if (problem !== undefined) throw new StartupError(`STRONGROOM_ADMIN_PASSWORD ${problem}`);
}

/**
 * Creates the data that an empty database needs before it can serve. Runs at every start, under the migration lock and
 * in one transaction.
 */
export async function prepareFirstStart(
  manager: EntityManager,
  { configuration, rootKeys, hasher }: FirstStart,
): Promise<FirstAdministrator | undefined> {
  const caller = serviceCaller();
  const registry = new RootKeyRegistry();
  await registry.register(manager, rootKeys);
  // Checked again under the lock, since a concurrent start may have registered other keys.
  await registry.check(manager, rootKeys);
  const tenantId = await TenantCreation.of(rootKeys).ensureDefault(manager, caller);
  const administrator = new BootstrapAdministrator();
  if (!(await administrator.isMissing(manager))) return undefined;
  requireFirstPassword(configuration);
  const chosen = configuration.adminPassword;
  const username = configuration.adminUsername;
  const password = chosen ?? randomPassword(configuration.passwordMinLength);
  await administrator.create(
    manager,
    { username, passwordHash: await hasher.hash(password), tenantId },
    caller,
  );
  return { username, generatedPassword: chosen === undefined ? password : undefined };
}
