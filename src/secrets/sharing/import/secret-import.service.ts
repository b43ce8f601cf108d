import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../../audit/audit-event.js';
import { BadParameters, Busy } from '../../../common/errors.js';
import { printable } from '../../../common/printable.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { TimeSlice } from '../../../common/turns/time-slice.js';
import { Configuration } from '../../../config/configuration.js';
import { passphraseKeys } from '../../../crypto/passphrase-key.js';
import { SchemaValidator } from '../../value-schema/schema-validator.js';
import { TenantsOfCaller } from '../tenants-of-caller.js';
import { ImportPlanner } from './import-planner.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import { ImportedSecretsRepository, type Importer, type PlannedRow } from './imported-secrets.repository.js';
import { RowChecker, type RowSurroundings } from './row-checker.js';
import type { RawRow } from './raw-row.js';
import { RowSchemas } from './row-schemas.js';

export interface ImportInput {
  readonly rows: readonly RawRow[];
  readonly override: boolean;
  /** Maps names of tenants in the rows to the tenants that they stand for. */
  readonly tenantMap: ReadonlyMap<string, string>;
  readonly passphrase: string | undefined;
  /** True to change nothing and only report what would happen. */
  readonly dryRun?: boolean;
  /** True to ignore unknown fields of rows, as clients of version 3 need; otherwise they are errors of their rows. */
  readonly ignoreUnknown?: boolean;
}

export interface ImportResult {
  /** Keys that existed already, by tenant: left alone, or replaced if requested. */
  readonly colliding: ReadonlyMap<string, readonly string[]>;
  /** The errors by the index of the row. If there are any, nothing was imported. */
  readonly errors: ReadonlyMap<number, RowErrors>;
}

/** Limits the plans of one import: others may change the same secrets between a plan and its transaction. */
const ATTEMPTS = 10;

/** Sets the first pause. Pauses grow with each attempt, so that others can finish changing the same secrets. */
const PAUSE_MS = 50;

/** Imports secrets: all of them, or none. */
@Injectable()
export class SecretImport {
  constructor(
    @Inject(ImportedSecretsRepository) private readonly secrets: ImportedSecretsRepository,
    @Inject(ImportPlanner) private readonly planner: ImportPlanner,
    @Inject(TenantsOfCaller) private readonly tenants: TenantsOfCaller,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  /**
   * Checks all rows, then imports them in one transaction.
   * @throws the error of the importer's deadline
   * @throws BadParameters for a tenant map that leads where the importer may not create
   * @throws Busy when others go on changing the same secrets
   * @throws Unavailable when the database cannot be reached
   */
  async run(importer: Importer, input: ImportInput): Promise<ImportResult> {
    const { rows, errors } = await this.check(importer, input);
    const event = newEvent('secret.import', importer.caller);
    if (errors.size > 0) {
      const detail = { secrets: String(input.rows.length), errors: String(errors.size) };
      await this.secrets.record(importer, { ...event, outcome: 'refused', detail });
      return { colliding: new Map(), errors };
    }
    const { override, dryRun = false } = input;
    let plan = await this.planner.plan(rows, override);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      importer.deadline?.require();
      const outcome = await this.secrets.importAll(importer, { rows: plan, override, dryRun, event });
      if (outcome.kind === 'done')
        return { colliding: keysByTenant(outcome.colliding), errors: outcome.errors };
      await sleep(attempt * PAUSE_MS);
      plan = await this.planAgain(plan, outcome.rows, override);
    }
    throw new Busy('Others are changing the same secrets; nothing was imported, import again');
  }

  /** Plans again for the rows whose secrets have changed since the last plan. */
  private async planAgain(
    plan: readonly PlannedRow[],
    stale: readonly ImportedRow[],
    override: boolean,
  ): Promise<PlannedRow[]> {
    const renewed = await this.planner.plan(stale, override);
    const byIndex = new Map(renewed.map((planned) => [planned.row.index, planned]));
    return plan.map((planned) => byIndex.get(planned.row.index) ?? planned);
  }

  private async check(
    importer: Importer,
    input: ImportInput,
  ): Promise<{ rows: ImportedRow[]; errors: Map<number, RowErrors> }> {
    const checker = new RowChecker(await this.surroundingsOf(importer, input));
    const schemas = new RowSchemas(this.validator);
    const slice = new TimeSlice();
    const rows: ImportedRow[] = [];
    const errors = new Map<number, RowErrors>();
    for (const [index, raw] of input.rows.entries()) {
      if (slice.isOver) await slice.next();
      importer.deadline?.require();
      const checked = checker.check(raw, index);
      const wrong = 'row' in checked ? await schemas.errorsOf(checked.row) : checked.errors;
      if (wrong !== undefined) errors.set(index, wrong);
      else if ('row' in checked) rows.push(checked.row);
    }
    return { rows, errors };
  }

  private async surroundingsOf(importer: Importer, input: ImportInput): Promise<RowSurroundings> {
    const { rows, tenantMap, passphrase, ignoreUnknown = false } = input;
    const named = new Set([...tenantMap.values(), ...textsOf(rows, 'tenant_name')]);
    const [tenants, users, keys] = await Promise.all([
      this.tenants.where(importer, 'secret_create', [...named]),
      this.secrets.users([...textsOf(rows, 'creator')]),
      passphrase === undefined ? [] : passphraseKeys(passphrase),
    ]);
    const byName = new Map(tenants.map((tenant) => [tenant.tenantName, tenant]));
    requireTargets(tenantMap, byName);
    const { maxValueBytes } = this.configuration;
    return { tenants: byName, tenantMap, users, passphraseKeys: keys, maxValueBytes, ignoreUnknown };
  }
}

function textsOf(rows: readonly RawRow[], name: string): ReadonlySet<string> {
  return new Set(rows.map((row) => row[name]).filter((value) => typeof value === 'string'));
}

function requireTargets(
  tenantMap: ReadonlyMap<string, string>,
  tenants: ReadonlyMap<string, TenantContext>,
): void {
  for (const target of tenantMap.values()) {
    if (tenants.has(target)) continue;
    const name = printable(target);
    throw new BadParameters(`\`tenant_map\`: ${name} is no tenant in which you may create secrets`);
  }
}

function keysByTenant(rows: readonly ImportedRow[]): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { tenant, key } of rows) {
    const known = keys.get(tenant.tenantName);
    if (known === undefined) keys.set(tenant.tenantName, [key]);
    else known.push(key);
  }
  return keys;
}
