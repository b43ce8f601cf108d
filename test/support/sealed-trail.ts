import { newEvent } from '../../src/audit/audit-event.js';
import type { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import type { ExportReport } from '../../src/audit-trail/verify/export-report.js';
import { verifyExport } from '../../src/audit-trail/verify/verify-export.js';
import { newId } from '../../src/common/ids.js';
import type { Caller } from '../../src/common/tenant-context.js';
import { createLogger, type Logger } from '../../src/observability/logger.js';
import { IdentityServices } from '../database/identity-services.js';
import { exportOf, keysOf, sealAll, sealerOf } from './sealing.js';

export const CALLER: Caller = {
  ...{ actorId: newId(), actorName: 'alice', method: 'basic', requestId: 'r', address: null },
};

/** Records, seals and verifies events of a database of its own. */
export class SealedTrail {
  readonly sealer: Sealer;

  private constructor(
    readonly services: IdentityServices,
    private readonly lines: string[],
    readonly logger: Logger,
  ) {
    this.sealer = this.otherSealer();
  }

  static async open(): Promise<SealedTrail> {
    const lines: string[] = [];
    const logger = createLogger('info', { write: (line: string) => lines.push(line) });
    return new SealedTrail(await IdentityServices.open(), lines, logger);
  }

  /** Returns a sealer as another process has it, or this one after a restart. */
  otherSealer(): Sealer {
    return sealerOf(this.services.rootKeys, this.logger);
  }

  record(log: string, key: string): Promise<void> {
    return this.services.audit.record(log, newEvent('secret.read', CALLER, { key }));
  }

  seal(by = this.sealer): Promise<number> {
    return sealAll(by, this.services.dataSource);
  }

  sql<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return this.services.database.asSuperuser<R>(text, values);
  }

  /** Returns the lines of the log, as objects. */
  get logged(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Verifies an export of all logs. */
  async verified(): Promise<ExportReport> {
    const file = await exportOf(this.services.database);
    return verifyExport(
      (async function* () {
        yield await Promise.resolve(file);
      })(),
      { keys: await keysOf(this.services.database) },
    );
  }

  close(): Promise<void> {
    return this.services.close();
  }
}
