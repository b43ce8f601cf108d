import 'reflect-metadata';
import { StartupError } from './src/common/startup-error.js';
import { loadConfiguration } from './src/config/load-configuration.js';
import { ownerDataSource } from './src/database/migrate.js';
import { entities } from './src/bootstrap/entities.js';

/** For the TypeORM command, on the compiled file: `typeorm migration:show -d dist/ormconfig.js`. */
const { databaseUrl, databaseOwnerUrl = databaseUrl, appRole, readerRole } = loadConfiguration();
if (databaseOwnerUrl === undefined) {
  throw new StartupError('DATABASE_URL is not set: the TypeORM command works on a server that you name');
}

export default ownerDataSource({ ownerUrl: databaseOwnerUrl, appRole, readerRole, entities });
