import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TenantContext } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { Batcher, type BatchGauge } from '../../database/batcher.js';
import { Lanes } from '../../database/lanes.js';
import type { StoredSecret, TrashedSecret } from '../secret.js';
import type { Missing } from '../secrets.repository.js';
import { shareOf } from '../share-of.js';
import { readsPerBatch } from './read-batches.js';
import { SecretRows, type SecretRow } from './secret-row.js';
import { toTrashedSecret, trashColumns, type TrashedRow } from './trashed-row.js';

type Tenant = Pick<TenantContext, 'tenantId' | 'tenantName' | 'userId'>;

interface Lookup {
  readonly tenant: Tenant;
  readonly key: string;
}

type Answer = SecretRow & {
  readonly ordinal: number;
  readonly is_foreign: boolean;
  /** Null if there is no such secret in the tenant. */
  readonly id: string | null;
};

/** Looks up secrets that are about to be written. Look-ups of the same turn of the event loop are one call. */
@Injectable()
export class SecretLookups {
  private readonly batcher: Batcher<Lookup, Answer>;
  private readonly statement: string;
  private readonly locking: string;
  private readonly trashed: string;

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(SecretRows) private readonly rows: SecretRows,
    @Inject(Configuration) configuration: Configuration,
  ) {
    this.statement = `
      SELECT f.ordinal, f.is_foreign, f.creator_name, ${rows.select('(f.secret)')}
      FROM find_secrets($1::uuid[], $2::text[]) f`;
    this.locking = `
      SELECT u.username AS creator_name, ${rows.select('s')} FROM secrets s JOIN users u ON u.id = s.created_by
      WHERE s.tenant_id = $1 AND s.key = $2 COLLATE "C" FOR UPDATE OF s`;
    this.trashed = `SELECT ${trashColumns(rows)} FROM find_trash($1::uuid, $2::uuid) t`;
    this.batcher = new Batcher((lookups) => this.ask(lookups), {
      maxBatch: readsPerBatch(configuration),
      share: ({ tenant }) => shareOf(tenant),
    });
  }

  get batches(): BatchGauge {
    return this.batcher.gauge;
  }

  /**
   * Returns the tenant's own secret with that key, regardless of who may see it.
   * @throws Busy, Unavailable as `Lanes.query` does, and when too many look-ups wait
   */
  async find(tenant: Tenant, key: string): Promise<StoredSecret | Missing> {
    const answer = await this.batcher.submit({ tenant, key });
    if (answer.id === null) return { kind: answer.is_foreign ? 'foreign' : 'absent' };
    return this.rows.toSecret(answer, tenant.tenantName);
  }

  /**
   * Returns the tenant's own secret of that key, whose row stays locked until the transaction ends.
   * @throws the driver's errors unchanged
   */
  async lock(manager: EntityManager, tenant: Tenant, key: string): Promise<StoredSecret | undefined> {
    const [row] = await manager.query<SecretRow[]>(this.locking, [tenant.tenantId, key]);
    return row === undefined ? undefined : this.rows.toSecret(row, tenant.tenantName);
  }

  /**
   * Returns the secret with that id in the tenant's trash, regardless of who may see it.
   * @throws Busy, Unavailable as `Lanes.query` does
   */
  async findTrashed(tenant: Tenant, id: string): Promise<TrashedSecret | undefined> {
    const statement = { name: 'find_trash', text: this.trashed, values: [tenant.tenantId, id] };
    const [row] = await this.lanes.query<TrashedRow>('writes', shareOf(tenant), statement);
    return row === undefined ? undefined : toTrashedSecret(this.rows, row, tenant.tenantName);
  }

  private async ask(lookups: readonly Lookup[]): Promise<Answer[]> {
    const values = [
      arrayLiteral(lookups.map(({ tenant }) => tenant.tenantId)),
      arrayLiteral(lookups.map(({ key }) => key)),
    ];
    const statement = { name: 'find_secrets', text: this.statement, values };
    const answers = await this.lanes.query<Answer>('writes', undefined, statement);
    return answers.sort((one, other) => one.ordinal - other.ordinal);
  }
}
