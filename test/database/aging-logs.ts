import type { EntityManager } from 'typeorm';
import { AuditPruningJob } from '../../src/audit-trail/pruning/audit-pruning.job.js';
import { LogPruner } from '../../src/audit-trail/pruning/log-pruner.js';
import { PruningRepository } from '../../src/audit-trail/pruning/pruning.repository.js';
import { SigningKeysRepository } from '../../src/audit-trail/sealing/signing-keys.repository.js';
import { SigningKeys } from '../../src/audit-trail/sealing/signing-keys.js';
import type { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import { newId } from '../../src/common/ids.js';
import { Configuration } from '../../src/config/configuration.js';
import type { JobResult } from '../../src/jobs/job.js';
import { createLogger } from '../../src/observability/logger.js';
import { AuditDays } from '../../src/tenants/audit-days.js';
import { RootKeysRepository } from '../../src/tenants/root-keys.repository.js';
import { OWNER } from '../support/database.js';
import { sealAll, sealerOf } from '../support/sealing.js';
import { IdentityServices } from './identity-services.js';

const DAY_MS = 86_400_000;

/** Holds logs whose events were recorded at different times, and removes what is kept no longer. */
export class AgingLogs {
  readonly lines: string[] = [];
  readonly sealer: Sealer;
  private readonly logger = createLogger('info', { write: (line: string) => void this.lines.push(line) });

  private constructor(readonly services: IdentityServices) {
    this.sealer = sealerOf(services.rootKeys, this.logger);
  }

  static async open(): Promise<AgingLogs> {
    return new AgingLogs(await IdentityServices.open());
  }

  get database(): IdentityServices['database'] {
    return this.services.database;
  }

  /** Returns a job as a process of its own has it. */
  job(auditDays = 400): AuditPruningJob {
    const configuration = Object.assign(new Configuration(), { auditDays, minAuditDays: 90 });
    const repository = new PruningRepository(new AuditDays(configuration));
    const keys = new SigningKeys(
      this.services.rootKeys,
      new RootKeysRepository(),
      new SigningKeysRepository(),
    );
    return new AuditPruningJob(new LogPruner(repository, keys, this.logger), repository);
  }

  /** Runs a job until nothing is left to do. */
  async prune(auditDays?: number): Promise<void> {
    const job = this.job(auditDays);
    let result: JobResult;
    do result = await this.once(job);
    while (result === 'more');
  }

  /** Runs one batch of a job, in a transaction of its own. */
  once(job: AuditPruningJob): Promise<JobResult> {
    return this.services.dataSource.transaction((manager: EntityManager) => job.run(manager));
  }

  seal(): Promise<number> {
    return sealAll(this.sealer, this.services.dataSource);
  }

  /** Records and seals events that are so many days old by their times, their ids and their checkpoint. */
  async add(log: string, count: number, daysAgo: number, idDaysAgo = daysAgo): Promise<void> {
    const time = Date.now() - idDaysAgo * DAY_MS;
    await this.database.asSuperuser(
      `SELECT record_events(array_agg(
         ROW($1, i, 'secret.read', 'k', NULL, NULL, NULL, 'ok', NULL, NULL)::audit_entry ORDER BY place
       )) FROM unnest($2::uuid[]) WITH ORDINALITY AS u (i, place)`,
      [log, Array.from({ length: count }, (_, n) => idAt(time + n))],
    );
    await this.seal();
    await this.age(log, daysAgo);
  }

  /** Makes what was recorded and signed in the last hour older. */
  async age(log: string, days: number): Promise<void> {
    await this.database.asSuperuser(
      `WITH c AS (
         UPDATE audit_checkpoints SET signed_at = signed_at - make_interval(days => $2)
         WHERE log_id = $1 AND signed_at > now() - interval '1 hour'
       )
       UPDATE audit_events SET at = at - make_interval(days => $2) WHERE log_id = $1 AND at > now() - interval '1 hour'`,
      [log, days],
    );
  }

  /** Creates the partition of the month that many days ago, with the rights of its owner. */
  async partition(daysAgo: number): Promise<string> {
    const month = new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 7);
    const name = `audit_events_${month.replace('-', '_')}`;
    await this.database.asSuperuser(
      `DO $$ BEGIN
         CREATE TABLE ${name} (LIKE audit_events INCLUDING CONSTRAINTS, PRIMARY KEY (log_id, id));
         EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION ${name} FOR VALUES FROM (%L) TO (%L)',
           first_event_id('${month}-01Z'), first_event_id(timestamptz '${month}-01Z' + interval '1 month'));
         ALTER TABLE ${name} OWNER TO ${OWNER};
       END $$`,
    );
    return name;
  }

  /** Returns how many rows of a log a table has. */
  async count(table: string, log?: string): Promise<number> {
    const [row] = await this.database.asSuperuser<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} WHERE $1::uuid IS NULL OR log_id = $1`,
      [log ?? null],
    );
    return row?.count ?? 0;
  }

  close(): Promise<void> {
    return this.services.close();
  }
}

function idAt(time: number): string {
  const digits = Math.floor(time).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}${newId().slice(13)}`;
}
