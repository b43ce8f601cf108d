import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { JsonText } from '../../../api/json/json-text.js';
import { newId } from '../../../common/ids.js';
import { TimeSlice } from '../../../common/turns/time-slice.js';
import { SecretSealer } from '../../secret-sealer.js';
import { DEFAULT_ATTRIBUTES, type StoredSecret } from '../../secret.js';
import type { SecretUpdate } from '../../secrets.repository.js';
import { refusalOfUpdate, UpdateSecret } from '../../update-secret.js';
import type { ImportedRow, RowErrors } from './imported-row.js';
import { ImportedSecretsRepository, type PlannedRow } from './imported-secrets.repository.js';

/** Plans what happens to each row of an import, from the existing secrets and the rules of any other change. */
@Injectable()
export class ImportPlanner {
  constructor(
    @Inject(ImportedSecretsRepository) private readonly secrets: ImportedSecretsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
    @Inject(UpdateSecret) private readonly updates: UpdateSecret,
  ) {}

  /** @param override whether existing secrets are replaced */
  async plan(rows: readonly ImportedRow[], override: boolean): Promise<PlannedRow[]> {
    const globals = new Map(rows.filter(isGlobal).map((row) => [row.key, row.tenant.tenantId]));
    const present = await this.secrets.find(rows);
    const planned: PlannedRow[] = [];
    const slice = new TimeSlice();
    for (const row of rows) {
      if (slice.isOver) await slice.next();
      const current = present.get(row.index);
      const within = globals.get(row.key);
      if (within !== undefined && within !== row.tenant.tenantId)
        planned.push({ row, kind: 'error', errors: { key: WITHIN } });
      else if (current === undefined) planned.push(await this.insertion(row));
      else planned.push(override ? await this.replacement(row, current) : { row, kind: 'collision' });
    }
    return planned;
  }

  private async insertion(row: ImportedRow): Promise<PlannedRow> {
    const { tenant, key, schema } = row;
    const attributes = { ...DEFAULT_ATTRIBUTES, ...row.attributes };
    const id = newId();
    const value = await this.sealer.sealValue(tenant, { id, key, version: 1 }, row.value);
    const options = await this.sealer.sealOptions(tenant, { id, key }, row.providerOptions);
    const secret = { id, key, attributes, value, schema, providerOptions: options ?? null };
    return { row, kind: 'insert', secret };
  }

  /** Plans the replacement of a secret. The same value again makes no version. */
  private async replacement(row: ImportedRow, current: StoredSecret): Promise<PlannedRow> {
    const errors = errorsOfReplacement(row, current);
    if (errors !== undefined) return { row, kind: 'error', errors };
    const { tenant, key, attributes, creatorId } = row;
    const known = await this.sealer.openValue(tenant, key, current);
    const value = await this.updates.newVersion(tenant, current, known, row.value);
    const providerOptions = await this.sealer.sealOptions(tenant, current, row.providerOptions);
    const owner = creatorId === undefined ? undefined : { id: creatorId, name: '' };
    const update: SecretUpdate = { kind: 'update', attributes, value, owner, providerOptions };
    return { row, kind: 'update', current, update };
  }
}

const WITHIN = 'The import has this key in more than one tenant, and once as a global one';

function errorsOfReplacement(row: ImportedRow, current: StoredSecret): RowErrors | undefined {
  const { visibility, isHiddenValue } = row.attributes;
  const isHidden = isHiddenValue === current.isHiddenValue ? {} : { isHiddenValue };
  const refusal = refusalOfUpdate(row.tenant, current, { visibility, ...isHidden });
  if (refusal !== undefined) return { key: taken(refusal.outcome, refusal.error.message) };
  if (!isSameSchema(row.schema, current.schema))
    return { schema: 'The secret that is there has another schema, or none' };
  return undefined;
}

/** Hides a secret that is private to another user, but reports that its key is taken. */
function taken(outcome: string, message: string): string {
  return outcome === 'not_found' ? 'The key is taken in this tenant' : message;
}

/** Compares what the schemas say, whatever the order of their names and the white space between them. */
function isSameSchema(one: JsonText | null, other: JsonText | null): boolean {
  return isDeepStrictEqual(one?.parse(), other?.parse());
}

function isGlobal({ attributes }: ImportedRow): boolean {
  return attributes.visibility === 'global';
}
