import { COMMON_SETTINGS, type SessionSettings } from '../connection/session-settings.js';
import { MIGRATION_LOCK_TIMEOUT } from './lock-retries.js';

/** Lists the settings of the owner's sessions, whose statements may take as long as an index needs to be built. */
export const OWNER_SETTINGS: SessionSettings = {
  ...COMMON_SETTINGS,
  lock_timeout: MIGRATION_LOCK_TIMEOUT,
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};
