import { ROOT_KEY } from '../support/strongroom.js';
import type { TestDatabase } from '../support/database.js';

export const PASSWORD = 'password-of-the-admin';

/** Holds the headers of a request by the administrator. */
export const HEADERS = {
  Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`,
  tenant: 'default_tenant',
};

/** Returns the environment of a program on a database of the test, with two logins as in production. */
export function external(database: TestDatabase): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: database.url,
    DATABASE_OWNER_URL: database.ownerUrl,
    STRONGROOM_ROOT_KEYS: ROOT_KEY,
    STRONGROOM_ADMIN_PASSWORD: PASSWORD,
  };
}
