import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher } from '../../database/batcher.js';
import { namedQuery } from '../../database/named-query.js';
import type { StoredSecret } from '../secret.js';
import type { Missing } from '../secrets.repository.js';
import { readsPerBatch } from './read-batches.js';
import { SecretRows, type SecretRow } from './secret-row.js';

type Tenant = Pick<TenantContext, 'tenantId' | 'tenantName'>;

interface Lookup {
  readonly tenant: Tenant;
  readonly key: string;
}

type Answer = SecretRow & {
  readonly ordinal: number;
  readonly is_foreign: boolean;
  /** Null where there is no such secret in the tenant. */
  readonly id: string | null;
};

/** Looks up secrets that are about to be written. Look-ups of the same turn of the event loop are one call. */
@Injectable()
export class SecretLookups {
  private readonly batcher: Batcher<Lookup, Answer>;
  private readonly statement: string;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(Configuration) configuration: Configuration,
  ) {
    this.statement = `
      SELECT f.ordinal, f.is_foreign, f.creator_name, ${rows.select('(f.secret)')}
      FROM find_secrets($1::uuid[], $2::text[]) f`;
    this.batcher = new Batcher((lookups) => this.ask(lookups), { maxBatch: readsPerBatch(configuration) });
  }

  /**
   * Returns the tenant's own secret of that key, whoever may see it.
   * @throws Unavailable when the database cannot be reached
   */
  async find(tenant: Tenant, key: string): Promise<StoredSecret | Missing> {
    const answer = await this.batcher.submit({ tenant, key });
    if (answer.id === null) return { kind: answer.is_foreign ? 'foreign' : 'absent' };
    return this.rows.toSecret(answer, tenant.tenantName);
  }

  private async ask(lookups: readonly Lookup[]): Promise<Answer[]> {
    const answers = await namedQuery<Answer>(this.dataSource, 'find_secrets', this.statement, [
      arrayLiteral(lookups.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(lookups.map(({ key }) => key)),
    ]);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}
