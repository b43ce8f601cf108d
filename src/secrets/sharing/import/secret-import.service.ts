import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../../audit/audit-event.js';
import { BadParameters } from '../../../common/errors.js';
import { printable } from '../../../common/printable.js';
import type { TenantContext } from '../../../common/tenant-context.js';
import { Configuration } from '../../../config/configuration.js';
import { passphraseKey } from '../../../crypto/passphrase-key.js';
import { refusalOfChange } from '../../update-secret.rules.js';
import { SchemaValidator } from '../../value-schema/schema-validator.js';
import { SecretSealer } from '../../secret-sealer.js';
import type { StoredSecret } from '../../secret.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import {
  ImportedSecretsRepository,
  type Importer,
  type Replacement,
  type SealedContent,
} from './imported-secrets.repository.js';
import { RowChecker, type RowSurroundings } from './row-checker.js';
import { isSameSchema, RowSchemas } from './row-schemas.js';
import type { RawRow } from './row-fields.js';
import { TenantsOfCaller } from '../tenants-of-caller.js';

/** Rows between which others have their turn. */
const CHUNK = 500;

export interface ImportInput {
  readonly rows: readonly RawRow[];
  readonly override: boolean;
  /** Names of tenants in the rows, and those that are meant. */
  readonly tenantMap: ReadonlyMap<string, string>;
  readonly passphrase: string | undefined;
  /** Whether nothing is to be changed, only told. */
  readonly dryRun?: boolean;
}

export interface ImportResult {
  /** Keys that are there already, by tenant: left alone, or replaced where that was wanted. */
  readonly colliding: ReadonlyMap<string, readonly string[]>;
  /** By the index of the row. Where there are any, nothing was imported. */
  readonly errors: ReadonlyMap<number, RowErrors>;
}

/** Takes secrets in: all of them, or none. */
@Injectable()
export class SecretImport {
  constructor(
    @Inject(ImportedSecretsRepository) private readonly secrets: ImportedSecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(TenantsOfCaller) private readonly tenants: TenantsOfCaller,
    @Inject(SchemaValidator) private readonly validator: SchemaValidator,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  /** @throws BadParameters for a tenant map that leads where the importer may not create */
  async run(importer: Importer, wanted: ImportInput): Promise<ImportResult> {
    const checker = new RowChecker(await this.surroundingsOf(importer, wanted));
    const schemas = new RowSchemas(this.validator);
    const rows: ImportedRow[] = [];
    const errors = new Map<number, RowErrors>();
    for (const [index, raw] of wanted.rows.entries()) {
      if (index % CHUNK === CHUNK - 1) await nextTurn();
      const checked = checker.check(raw, index);
      const wrong = 'row' in checked ? await schemas.errorsOf(checked.row) : checked.errors;
      if (wrong !== undefined) errors.set(index, wrong);
      else if ('row' in checked) rows.push(checked.row);
    }
    const { override, dryRun = false } = wanted;
    const event = newEvent('secret.import', importer.caller);
    if (errors.size > 0) {
      const detail = { secrets: String(wanted.rows.length), errors: String(errors.size) };
      await this.secrets.record(importer, { ...event, outcome: 'refused', detail });
      return { colliding: new Map(), errors };
    }
    const outcome = await this.secrets.importAll(importer, { rows, override, dryRun, event }, this);
    return { colliding: keysByTenant(outcome.colliding), errors: outcome.errors };
  }

  /** For the import's transaction. */
  async seal(
    { tenant, key, value, providerOptions: options }: ImportedRow,
    id: string,
  ): Promise<SealedContent> {
    const sealed = await this.sealer.sealValue(tenant, { id, key, version: 1 }, value);
    const providerOptions = await this.sealer.sealOptions(tenant, { id, key }, options);
    return { value: sealed, providerOptions: providerOptions ?? null };
  }

  /** For the import's transaction: by the rules of any other change. The same value again makes no version. */
  async replace(row: ImportedRow, current: StoredSecret): Promise<Replacement | RowErrors> {
    const { tenant, key, value, visibility } = row;
    const isHiddenValue = row.isHiddenValue === current.isHiddenValue ? undefined : row.isHiddenValue;
    const refusal = refusalOfChange(tenant, current, { visibility, isHiddenValue });
    if (refusal !== undefined) return { key: taken(refusal.outcome, refusal.error.message) };
    if (!isSameSchema(row.schema, current.schema))
      return { schema: 'The secret that is there has another schema, or none' };
    const options = await this.sealer.sealOptions(tenant, current, row.providerOptions);
    const providerOptions = options === undefined ? current.providerOptions : options;
    const kept = await this.sealer.openValue(tenant, key, current);
    if (kept?.format === value.format && kept.text === value.text)
      return { value: current.value, version: current.version, providerOptions };
    const version = current.version + 1;
    const sealed = await this.sealer.sealValue(tenant, { id: current.id, key, version }, value);
    return { value: sealed, version, providerOptions };
  }

  private async surroundingsOf(importer: Importer, wanted: ImportInput): Promise<RowSurroundings> {
    const { rows, tenantMap, passphrase } = wanted;
    const named = new Set([...tenantMap.values(), ...textsOf(rows, 'tenant_name')]);
    const [tenants, users, key] = await Promise.all([
      this.tenants.where(importer, 'secret_create', [...named]),
      this.secrets.users([...textsOf(rows, 'creator')]),
      passphrase === undefined ? undefined : passphraseKey(passphrase),
    ]);
    const byName = new Map(tenants.map((tenant) => [tenant.tenantName, tenant]));
    requireTargets(tenantMap, byName);
    const { maxValueBytes } = this.configuration;
    return { tenants: byName, tenantMap, users, passphraseKey: key, maxValueBytes };
  }
}

/** What is private to somebody else is not there for the importer, but its key is taken. */
function taken(outcome: string, message: string): string {
  return outcome === 'not_found' ? 'The key is taken in this tenant' : message;
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
