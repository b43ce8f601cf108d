import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import { administers } from '../secret-access.js';
import { shareOf } from '../share-of.js';
import type { Visibility } from '../secret.js';
import type { ChangeKind, ChangePage, FeedPlace, SecretChange } from './secret-change.js';

/** Limits the changes of one answer, and those that a replica reads at once for all who wait. */
export const MOST_CHANGES = 500;

/** Describes a row of the table as JSON has it, with the tenant's name. */
interface ChangeRow {
  tenant_id: string;
  tenant_name: string;
  position: number;
  key: string;
  change: ChangeKind;
  version: number;
  revision: number;
  visibility: Visibility;
  created_by: string;
  former_owner: string | null;
  mark: string;
  changed_at: string;
}

interface PageRow {
  /** As text: the driver returns 64-bit numbers so. */
  upto: string;
  upto_mark: string;
  more: boolean;
  changes: ChangeRow[];
}

/** Holds what is new for all who wait, and the positions that the feed does not have any more. */
export interface Polled extends ChangePage {
  readonly lost: ReadonlySet<number>;
}

const READ = 'SELECT * FROM read_secret_changes($1, $2, $3, $4, $5, $6)';
const POLL = 'SELECT * FROM poll_secret_changes($1::bigint[], $2::uuid[], $3::uuid[], $4)';

/** Reads the feed of changes. */
@Injectable()
export class SecretChangesRepository {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /**
   * Returns the changes after a place that a caller may see, or, without one, the present end of the feed. Contains all
   * that was committed before the call, unless `more` tells of further changes.
   * @returns undefined if the feed does not have that place any more
   * @throws Busy, Unavailable as `Lanes.query` does
   */
  async read(tenant: TenantContext, after: FeedPlace | undefined): Promise<ChangePage | undefined> {
    const { tenantId, userId } = tenant;
    const place = [after?.position ?? null, after?.mark ?? null];
    const values = [tenantId, userId, administers(tenant), ...place, MOST_CHANGES];
    const statement = { name: 'read_secret_changes', text: READ, values };
    const [row] = await this.lanes.query<PageRow & { known: boolean }>('lists', shareOf(tenant), statement);
    return row?.known === true ? pageOf(row) : undefined;
  }

  /**
   * Returns what is new since the lowest of these places for any of these tenants, whoever may see it.
   * @throws Busy, Unavailable as `Lanes.query` does
   */
  async poll(places: readonly FeedPlace[], tenantIds: readonly string[]): Promise<Polled> {
    const positions = [places.map(({ position }) => position), places.map(({ mark }) => mark)];
    const values = [...positions, tenantIds, MOST_CHANGES];
    const statement = { name: 'poll_secret_changes', text: POLL, values };
    const [row] = await this.lanes.query<PageRow & { lost: string[] }>('reads', undefined, statement);
    if (row === undefined) throw new Error('A poll has one row');
    return { ...pageOf(row), lost: new Set(row.lost.map(Number)) };
  }
}

function pageOf({ upto, upto_mark: mark, more, changes }: PageRow): ChangePage {
  return { changes: changes.map(changeOf), upto: { position: Number(upto), mark }, more };
}

function changeOf(row: ChangeRow): SecretChange {
  return {
    ...{ position: row.position, mark: row.mark, kind: row.change },
    ...{ tenantId: row.tenant_id, tenantName: row.tenant_name, key: row.key },
    ...{ version: row.version, revision: row.revision, visibility: row.visibility },
    ...{ creatorId: row.created_by, formerOwnerId: row.former_owner },
    changedAt: new Date(row.changed_at),
  };
}
