import { newEvent, type AuditEvent } from '../audit/audit-event.js';
import { appendEvent, SYSTEM_LOG } from '../audit/audit-writer.js';
import type { AuditOutcome } from '../audit/outcomes.js';
import { locateDatabase, locatingStep, type DatabaseLocation } from '../bootstrap/database-location.js';
import { requireCluster } from '../bootstrap/doctor/doctor.js';
import { withOwnerConnection } from '../bootstrap/owner-connection.js';
import { step } from '../bootstrap/start-output.js';
import type { Configuration } from '../config/configuration.js';
import { startProblem } from '../database/upgrade/start-problem.js';
import type { SqlConnection } from '../database/connection/sql-connection.js';
import { CommandError } from './command-error.js';
import { commandCaller } from './command-caller.js';
import { opened, requireConfiguration } from './opening.js';
import { slowStepsOf, type Terminal } from './terminal.js';

/** Tells what the event of reading the audit trail says. */
type TrailRead = Pick<AuditEvent, 'key'> & {
  readonly action: 'audit.compare' | 'event.explain' | 'event.list' | 'event.read';
};

/**
 * Reads the audit trail on a connection of the owner's login, since the service's may not read events, and records that
 * in the system's log before its result is returned, or that there was nothing.
 * @throws CommandError where the database cannot be reached, or has not been migrated
 */
export async function withOwner<T>(
  io: Terminal,
  { action, key }: TrailRead,
  read: (owner: SqlConnection) => Promise<T>,
): Promise<T> {
  const configuration = requireConfiguration();
  const location = await opened(located(configuration, io));
  try {
    if (!location.migrates)
      throw new CommandError(
        "The service's login may not read the audit trail: give the owner's in DATABASE_OWNER_URL",
        'unavailable',
      );
    return await opened(
      step(slowStepsOf(io), 'reading the audit trail', () =>
        withOwnerConnection(location, async (owner) => {
          const record = (outcome: AuditOutcome): Promise<void> =>
            appendEvent(owner, SYSTEM_LOG, newEvent(action, commandCaller(), { key, outcome }));
          try {
            const found = await read(owner);
            await record('ok');
            return found;
          } catch (error) {
            if (error instanceof CommandError && error.exit === 'notFound') await record('not_found');
            throw startProblem(error);
          }
        }),
      ),
    );
  } finally {
    await location.stop();
  }
}

async function located(configuration: Configuration, io: Terminal): Promise<DatabaseLocation> {
  requireCluster(configuration);
  return step(slowStepsOf(io), locatingStep(configuration), () =>
    locateDatabase(configuration, (line) => io.error(line)),
  );
}
