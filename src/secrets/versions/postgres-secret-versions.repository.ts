import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Conditions, Tags } from '../../api/conditions/conditions.js';
import type { AuditEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { eventJson } from '../../audit/event-json.js';
import type { AuditOutcome } from '../../audit/outcomes.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { Lanes } from '../../database/lanes.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { StoredSettings } from '../../tenants/tenant-settings.js';
import { TenantSettingsRepository } from '../../tenants/tenant-settings.repository.js';
import { administers } from '../secret-access.js';
import { shareOf } from '../share-of.js';
import { SecretRows, type SecretRow } from '../store/secret-row.js';
import type { SecretVersion, VersionChoice } from './secret-version.js';
import {
  SecretVersionsRepository,
  type Part,
  type VersionListOutcome,
  type VersionOutcome,
} from './secret-versions.repository.js';

type Answer = SecretRow & {
  readonly outcome:
    | 'ok'
    | 'not_modified'
    | 'precondition_failed'
    | 'expired'
    | 'destroyed'
    | 'no_version'
    | 'not_found'
    | 'foreign';
  readonly is_masked: boolean;
  readonly destroyed_at: Date;
  readonly expires_at: Date;
};

const FOUND = {
  ok: 'found',
  not_modified: 'not_modified',
  precondition_failed: 'precondition_failed',
} as const;
const UNSEEN = { no_version: 'no_version', not_found: 'absent', foreign: 'foreign' } as const;

/** Maps what was found to the outcome of the list's event. */
const RECORDED = { ok: 'ok', not_found: 'not_found', foreign: 'forbidden' } as const satisfies Record<
  string,
  AuditOutcome
>;

const FIND_SECRET = 'SELECT outcome, id FROM versioned_secret($1, $2, $3, $4)';
const SEEN = 'versions_of_secret($1, $2, $3, $4) v WHERE v.is_visible';
const COUNT = `SELECT count(*)::integer AS total FROM ${SEEN}`;
const LIST = `
  SELECT l.version, l.is_current AS "isCurrent", l.visibility, l.is_hidden_value AS "isHiddenValue",
         l.created_at AS "createdAt", c.username AS "creatorName", l.destroyed_at AS "destroyedAt",
         d.username AS "destroyerName"
  FROM (
    SELECT v.version, v.is_current, v.visibility, v.is_hidden_value, v.created_at, v.created_by, v.destroyed_at, v.destroyed_by
    FROM ${SEEN} ORDER BY v.version DESC LIMIT $5 OFFSET $6
  ) l JOIN users c ON c.id = l.created_by LEFT JOIN users d ON d.id = l.destroyed_by
  ORDER BY l.version DESC`;

/** Reads the versions of secrets from PostgreSQL. Row-level security of the tenant applies to every operation. */
@Injectable()
export class PostgresSecretVersionsRepository extends SecretVersionsRepository {
  private readonly statement: string;

  constructor(
    @Inject(Lanes) private readonly lanes: Lanes,
    @Inject(TenantTransaction) private readonly transaction: TenantTransaction,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(TenantSettingsRepository) private readonly tenantSettings: TenantSettingsRepository,
    @Inject(SecretRows) private readonly rows: SecretRows,
  ) {
    super();
    this.statement = `
      SELECT r.outcome, r.is_masked, r.destroyed_at, r.creator_name, ${rows.select('(r.secret)')}
      FROM read_secret_version($1, $2, $3, $4, $5, $6, $7::json, $8::text[], $9::text[]) r`;
  }

  read(
    tenant: TenantContext,
    key: string,
    choice: VersionChoice,
    event: AuditEvent,
    conditions: Conditions,
  ): Promise<VersionOutcome> {
    return this.ask(tenant, key, choice, { event, ...conditions });
  }

  find(tenant: TenantContext, key: string, version: number): Promise<VersionOutcome> {
    return this.ask(tenant, key, { version }, {});
  }

  list(tenant: TenantContext, key: string, part: Part, event: AuditEvent): Promise<VersionListOutcome> {
    const { tenantId, userId } = tenant;
    const work = async (manager: EntityManager): Promise<VersionListOutcome> => {
      const asked = [tenantId, key, userId, administers(tenant)];
      const [{ outcome, id }] = await manager.query<[{ outcome: keyof typeof RECORDED; id: string | null }]>(
        FIND_SECRET,
        asked,
      );
      await this.audit.append(manager, tenantId, { ...event, secretId: id, outcome: RECORDED[outcome] });
      if (outcome !== 'ok') return { kind: UNSEEN[outcome] };
      const seen = [tenantId, id, userId, administers(tenant)];
      const [{ total }] = await manager.query<[{ total: number }]>(COUNT, seen);
      return { kind: 'found', items: await this.page(manager, seen, part), total };
    };
    return this.transaction.run(tenantId, event.id, work, {
      ...{ lane: 'lists', share: shareOf(tenant), isolation: 'REPEATABLE READ' },
    });
  }

  settings(tenant: TenantContext): Promise<StoredSettings> {
    return this.lanes.withManager('reads', shareOf(tenant), (manager) =>
      this.tenantSettings.read(manager, tenant.tenantId),
    );
  }

  private page(
    manager: EntityManager,
    seen: readonly unknown[],
    { size, offset }: Part,
  ): Promise<SecretVersion[]> {
    return manager.query<SecretVersion[]>(LIST, [...seen, size, offset]);
  }

  private async ask(
    tenant: TenantContext,
    key: string,
    choice: VersionChoice,
    { event, ifMatch, ifNoneMatch }: Conditions & { readonly event?: AuditEvent },
  ): Promise<VersionOutcome> {
    const values = [
      ...[tenant.tenantId, key],
      ...('version' in choice ? [choice.version, null] : [null, choice.at]),
      ...[tenant.userId, administers(tenant)],
      ...[event === undefined ? null : eventJson(event), listOf(ifMatch), listOf(ifNoneMatch)],
    ];
    const statement = { name: 'read_secret_version', text: this.statement, values };
    const [answer] = (await this.lanes.query<Answer>('reads', shareOf(tenant), statement)) as [Answer];
    return this.outcomeOf(tenant, answer);
  }

  private outcomeOf({ tenantName }: TenantContext, answer: Answer): VersionOutcome {
    const { outcome, is_masked: isMasked, destroyed_at: at } = answer;
    if (outcome === 'expired') return { kind: 'expired', expiresAt: answer.expires_at };
    if (outcome === 'destroyed') return { kind: 'destroyed', at };
    if (outcome === 'no_version' || outcome === 'not_found' || outcome === 'foreign')
      return { kind: UNSEEN[outcome] };
    return { kind: FOUND[outcome], secret: this.rows.toVisibleSecret(answer, tenantName), isMasked };
  }
}

function listOf(tags: Tags | undefined): readonly string[] | null {
  return tags === '*' ? ['*'] : (tags ?? null);
}
