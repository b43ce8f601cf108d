import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JsonText } from '../../api/json/json-text.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import { eventJson } from '../../audit/event-json.js';
import { sealedValueTransformer } from '../../crypto/sealed-value.transformer.js';
import type { SealedValue } from '../../crypto/sealed-value.js';
import { SecretEntity } from '../secret.entity.js';
import type { StoredSecret, VisibleSecret } from '../secret.js';

/** Describes a row of `secrets` by the names of its columns, with the names of its tenant and creator beside it. */
export type SecretRow = Readonly<Record<string, unknown>> & {
  readonly tenant_name?: string;
  readonly creator_name: string;
};

/** Describes a secret on its way into the database: JSON by the names of columns, with what is sealed beside it. */
export interface SecretRecord {
  readonly json: string;
  readonly value: Buffer | null;
  readonly options: Buffer | null;
  /** The size of all of it. */
  readonly bytes: number;
}

interface MappedColumn {
  readonly name: string;
  readonly property: string;
  readonly isSealed: boolean;
  readonly isJson: boolean;
}

/**
 * Turns rows of `secrets` into secrets and secrets into records for the functions of the database: the one place that
 * does. The columns are the entity's, read once; sealed ones pass through the column transformer.
 */
@Injectable()
export class SecretRows {
  private readonly columns: readonly MappedColumn[];
  private readonly selected: readonly MappedColumn[];

  constructor(@Inject(DataSource) dataSource: DataSource) {
    const { columns } = dataSource.getMetadata(SecretEntity);
    const mapped = columns.map(({ databaseName, propertyName, type, transformer, isSelect }) => ({
      ...{ name: databaseName, property: propertyName, isSelect },
      ...{ isSealed: transformer !== undefined, isJson: type === 'json' },
    }));
    this.columns = mapped;
    this.selected = mapped.filter(({ isSelect }) => isSelect);
  }

  /**
   * Returns the select list of a secret, which also tells whether it has expired.
   * @param row what stands before a column's name: an alias, or a composite such as `(r.secret)`
   * @param instead expressions in place of columns, by the names of those
   */
  select(row: string, instead: Readonly<Record<string, string>> = {}): string {
    const columns = this.selected.map(({ name, isJson }) => {
      const column = instead[name] ?? `${row}.${name}`;
      // The driver would parse JSON, which loses digits.
      return isJson ? `(${column})::text AS ${name}` : `${column} AS ${name}`;
    });
    return [...columns, `secret_has_expired(${row}.expires_at) AS is_expired`].join(', ');
  }

  /** @throws DecryptionError when a sealed column holds no envelope */
  toSecret(row: SecretRow, tenantName: string): StoredSecret {
    return this.toVisibleSecret(row, tenantName) as StoredSecret;
  }

  /**
   * Returns the secret of a row whose sealed columns may be blanked.
   * @throws DecryptionError when a sealed column holds no envelope
   */
  toVisibleSecret(row: SecretRow, tenantName: string): VisibleSecret {
    const secret: Record<string, unknown> = {};
    for (const { name, property, isSealed, isJson } of this.selected) {
      const given = row[name];
      if (isSealed) secret[property] = sealedValueTransformer.from(given);
      else secret[property] = isJson && typeof given === 'string' ? new JsonText(given) : given;
    }
    secret.tenantName = tenantName;
    secret.creatorName = row.creator_name;
    secret.isExpired = row.is_expired === true;
    return secret as unknown as VisibleSecret;
  }

  /**
   * Returns the record of what is given of a secret, and seals its value and options.
   * @param members what goes with it beside columns, by the names that the function has for them
   * @param event what records the act
   */
  toRecord(
    secret: Partial<StoredSecret>,
    members: Readonly<Record<string, unknown>>,
    event: AuditEvent,
  ): SecretRecord {
    const columns = { ...this.plainColumns(secret), ...generationsOf(secret), ...members };
    const json = `${JSON.stringify(columns).slice(0, -1)},"event":${eventJson(event)}}`;
    const [value, options] = [sealed(secret.value), sealed(secret.providerOptions)];
    return { json, value, options, bytes: json.length + (value?.length ?? 0) + (options?.length ?? 0) };
  }

  /** Returns what is given of the columns that are not sealed. */
  private plainColumns(secret: Partial<StoredSecret>): Record<string, unknown> {
    const columns: Record<string, unknown> = {};
    for (const { name, property, isSealed, isJson } of this.columns) {
      const given = secret[property as keyof StoredSecret];
      if (isSealed || given === undefined) continue;
      columns[name] = isJson && given instanceof JsonText ? given.text : given;
    }
    return columns;
  }
}

/** Returns the generations that the sealed columns are sealed under. */
function generationsOf({ value, providerOptions }: Partial<StoredSecret>): Record<string, number | null> {
  return {
    key_generation: value?.generation ?? null,
    provider_options_generation: providerOptions?.generation ?? null,
  };
}

function sealed(value: SealedValue | null | undefined): Buffer | null {
  return sealedValueTransformer.to(value) ?? null;
}
