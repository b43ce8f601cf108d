import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { argon2 } from '../crypto/argon2.js';
import { PasswordHasher, verificationsAtOnce } from '../crypto/password-hasher.js';
import type { RootKeys } from '../crypto/root-keys.js';
import { cryptoSelfTest } from '../crypto/self-test.js';
import { migrate, type Migrated } from '../database/migrate.js';
import { requireWritable } from '../database/readiness/require-writable.js';
import { refuseIncurable } from '../database/repair/mend-schema.js';
import { findOwnerDamage } from '../database/repair/owners.js';
import { startProblem } from '../database/upgrade/start-problem.js';
import { RootKeyRegistry } from '../tenants/root-key-registry.js';
import { BootstrapAdministrator } from '../users/bootstrap-administrator.js';
import { openDataSources, type DataSources } from './data-sources.js';
import { locateDatabase, locatingStep, loginWarning, type DatabaseLocation } from './database-location.js';
import { entities } from './entities.js';
import {
  prepareFirstStart,
  requireFirstPassword,
  type FirstAdministrator,
  type FirstStart,
} from './first-start.js';
import { withOwnerConnection } from './owner-connection.js';
import { NO_USER, requireMigrated } from './require-migrated.js';
import { loadRootKeys, requireRootKeys, type RootKeySource } from './root-key-source.js';
import { step } from './start-output.js';

/** Holds the open database and its keys, which the service and the commands work with. */
export interface Installation extends Omit<DataSources, 'close'> {
  readonly configuration: Configuration;
  readonly hasher: PasswordHasher;
  readonly rootKeys: RootKeys;
  /** The file that holds the root keys; undefined if the configuration gives them. */
  readonly keyFile: string | undefined;
  /** Names the same file if this start created it. */
  readonly createdKeyFile: string | undefined;
  readonly firstAdministrator: FirstAdministrator | undefined;
  readonly embedded: boolean;
  readonly appliedMigrations: readonly string[];
  readonly functionsInstalled: boolean;
  /** Says that one login both migrates and serves, if it does. */
  readonly loginWarning: string | undefined;
  /** Says what was wrong with the schema and is mended. */
  readonly mended: readonly string[];
  readonly close: () => Promise<void>;
}

interface Upgraded extends Migrated {
  readonly firstAdministrator: FirstAdministrator | undefined;
}

/** Describes a start whose login may not migrate: it has changed nothing. */
const UP_TO_DATE: Upgraded = {
  applied: [],
  functionsInstalled: false,
  mended: [],
  firstAdministrator: undefined,
};

interface Reports {
  readonly onProgress: (line: string) => void;
  readonly onSlowStep: (line: string) => void;
}

/**
 * Opens an installation in the only safe order: the root keys are checked before anything changes, migrations and the
 * first start run under one lock, and the service's login is verified to be restricted before it is used.
 *
 * @param onProgress told what has happened, or is waited for
 * @param onSlowStep told what a step is doing that takes longer than a second
 * @throws StartupError with one line for the operator
 */
export async function openInstallation(
  configuration: Configuration,
  onProgress: (line: string) => void = () => undefined,
  onSlowStep: (line: string) => void = () => undefined,
): Promise<Installation> {
  cryptoSelfTest();
  requireRootKeys(configuration);
  await argon2();
  const location = await step(onSlowStep, locatingStep(configuration), () =>
    locateDatabase(configuration, onProgress),
  );
  try {
    if (!location.migrates) await requireMigrated(configuration, location);
    const source = await step(onSlowStep, 'connecting to the database', () =>
      rootKeysOf(configuration, location),
    );
    return await prepare(configuration, location, source, { onProgress, onSlowStep });
  } catch (error) {
    await location.stop();
    throw startProblem(error, configuration);
  }
}

function rootKeysOf(configuration: Configuration, location: DatabaseLocation): Promise<RootKeySource> {
  return withOwnerConnection(location, async (connection) => {
    await requireWritable(connection);
    if (location.migrates)
      refuseIncurable(
        await findOwnerDamage(connection, { ...configuration, serviceLogin: location.serviceLogin }),
      );
    else if (await new BootstrapAdministrator().isMissing(connection)) throw new StartupError(NO_USER);
    const registry = new RootKeyRegistry();
    const isInitialised = await registry.isInitialised(connection);
    if (!isInitialised) requireFirstPassword(configuration);
    const source = loadRootKeys(configuration, isInitialised);
    await registry.check(connection, source.rootKeys);
    return source;
  });
}

async function prepare(
  configuration: Configuration,
  location: DatabaseLocation,
  { rootKeys, file, created }: RootKeySource,
  { onProgress, onSlowStep }: Reports,
): Promise<Installation> {
  const hasher = new PasswordHasher(verificationsAtOnce(configuration.passwordVerifications));
  const upgrade = (): Promise<Upgraded> =>
    upgradeDatabase({ configuration, rootKeys, hasher }, location, onProgress);
  const { applied, functionsInstalled, mended, firstAdministrator } = location.migrates
    ? await step(onSlowStep, 'migrating the database', upgrade)
    : UP_TO_DATE;
  const { close, ...dataSources } = await step(onSlowStep, 'opening connections to the database', () =>
    openDataSources(configuration, location),
  );
  return {
    configuration,
    ...dataSources,
    hasher,
    rootKeys,
    keyFile: file,
    createdKeyFile: created ? file : undefined,
    firstAdministrator,
    embedded: location.embedded,
    appliedMigrations: applied,
    functionsInstalled,
    loginWarning: loginWarning(location),
    mended,
    close: async () => {
      await close();
      await location.stop();
    },
  };
}

/** Migrates the database, and creates its first data, under one lock. */
async function upgradeDatabase(
  firstStart: FirstStart,
  { ownerUrl, ownerVariable, serviceLogin }: DatabaseLocation,
  onProgress: (line: string) => void,
): Promise<Upgraded> {
  const { appRole, readerRole } = firstStart.configuration;
  let firstAdministrator: FirstAdministrator | undefined;
  const migrated = await migrate({
    ownerUrl,
    ownerVariable,
    appRole,
    readerRole,
    serviceLogin,
    entities,
    onProgress,
    afterwards: async (manager) => {
      firstAdministrator = await prepareFirstStart(manager, firstStart);
    },
  });
  return { ...migrated, firstAdministrator };
}
