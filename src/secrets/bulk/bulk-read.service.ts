import { Inject, Injectable } from '@nestjs/common';
import { newEvent, type AuditEvent } from '../../audit/audit-event.js';
import type { TenantContext } from '../../common/tenant-context.js';
import { tenantRefused } from '../../common/tenant-refused.js';
import { TimeSlice } from '../../common/turns/time-slice.js';
import { SecretSealer } from '../secret-sealer.js';
import { answerTag } from '../secret-tag.js';
import type { OpenedSecret, VisibleSecret } from '../secret.js';
import type { SecretValue } from '../../crypto/secret-value.js';
import { MOST_SECRETS, notAllGiven, nothingSelected, tooMuchForOneAnswer } from './bulk-errors.js';
import {
  BulkReadsRepository,
  type BulkOutcome,
  type BulkRow,
  type BulkSelection,
} from './bulk-reads.repository.js';

/** Holds what came of the read of one secret. */
export interface BulkItem {
  readonly key: string;
  readonly outcome: BulkOutcome;
  /** Holds what the caller may see of the secret, and the text of the answer's tag; undefined if there is none. */
  readonly given: { readonly secret: OpenedSecret; readonly tag: string } | undefined;
}

export interface BulkItems {
  readonly items: readonly BulkItem[];
  /** The last key of the page if there may be another one. */
  readonly next: string | undefined;
}

/** Reads many secrets at once. Each read has an event of its own, which is committed before any value is opened. */
@Injectable()
export class BulkRead {
  constructor(
    @Inject(BulkReadsRepository) private readonly secrets: BulkReadsRepository,
    @Inject(SecretSealer) private readonly sealer: SecretSealer,
  ) {}

  /**
   * Reads a page of secrets, and tells of each what came of it.
   * @throws Forbidden where keys are looked for and the caller may not list them
   */
  async items(tenant: TenantContext, selection: BulkSelection, size: number): Promise<BulkItems> {
    const listing = await this.listing(tenant, selection);
    const { rows, hasMore } = await this.secrets.read(tenant, { selection, size, whole: false, listing });
    const items: BulkItem[] = [];
    const slice = new TimeSlice();
    for (const row of rows) {
      if (slice.isOver) await slice.next();
      items.push(await this.itemOf(tenant, row));
    }
    return { items, next: hasMore ? rows.at(-1)?.key : undefined };
  }

  /**
   * Reads all selected secrets, or none.
   * @param accept is called with the keys before any secret is read; may throw to refuse them
   * @returns the values by key, in the order of the selection
   * @throws Forbidden as `items` does
   * @throws BulkRefused if one of them cannot be given
   * @throws TooCostly if they are too much for one answer
   */
  async values(
    tenant: TenantContext,
    selection: BulkSelection,
    accept?: (keys: readonly string[]) => void,
  ): Promise<Map<string, SecretValue>> {
    const listing = await this.listing(tenant, selection);
    const accepted =
      accept === undefined ? selection : await this.accepted(tenant, selection, accept, listing);
    const question = { selection: accepted, size: MOST_SECRETS, whole: true, listing };
    const { rows, hasMore } = await this.secrets.read(tenant, question);
    if (hasMore) throw tooMuchForOneAnswer();
    if (rows.length === 0 && selection.kind !== 'keys') throw nothingSelected(selection);
    const unfit = rows.filter(({ outcome }) => outcome !== 'ok');
    if (unfit.length > 0) throw notAllGiven(unfit);
    const values = new Map<string, SecretValue>();
    const slice = new TimeSlice();
    for (const { key, secret } of rows) {
      if (slice.isOver) await slice.next();
      const value = secret && (await this.sealer.openValue(tenant, key, secret));
      if (value === undefined) throw new Error('A read of all or nothing has every value');
      values.set(key, value);
    }
    return values;
  }

  /** Returns the accepted keys. Those of a prefix or of labels are looked up first, since names depend on them. */
  private async accepted(
    tenant: TenantContext,
    selection: BulkSelection,
    accept: (keys: readonly string[]) => void,
    listing: AuditEvent<'secret.list'> | undefined,
  ): Promise<BulkSelection> {
    if (selection.kind === 'keys') {
      accept(selection.keys);
      return selection;
    }
    const { keys, hasMore } = await this.secrets.keys(tenant, selection, MOST_SECRETS);
    if (hasMore) throw tooMuchForOneAnswer();
    try {
      accept(keys);
    } catch (error) {
      if (listing !== undefined) await this.secrets.record(tenant, { ...listing, outcome: 'refused' });
      throw error;
    }
    return { kind: 'keys', keys };
  }

  /** Returns the event of looking for keys, which needs the right to list. */
  private async listing(
    tenant: TenantContext,
    { kind }: BulkSelection,
  ): Promise<AuditEvent<'secret.list'> | undefined> {
    if (kind === 'keys') return undefined;
    const event = newEvent('secret.list', tenant.caller);
    if (tenant.permissions.has('secret_list')) return event;
    await this.secrets.record(tenant, { ...event, outcome: 'forbidden' });
    throw tenantRefused('secret_list', tenant.tenantName);
  }

  private async itemOf(
    tenant: TenantContext,
    { key, outcome, isMasked, secret }: BulkRow,
  ): Promise<BulkItem> {
    if (secret === undefined) return { key, outcome, given: undefined };
    const tag = answerTag(secret, { isMasked, isSkipped: false });
    return { key, outcome, given: { secret: await this.opened(tenant, key, secret), tag } };
  }

  private async opened(tenant: TenantContext, key: string, secret: VisibleSecret): Promise<OpenedSecret> {
    const value = await this.sealer.openValue(tenant, key, secret);
    return { ...secret, value, providerOptions: await this.sealer.openOptions(tenant, key, secret) };
  }
}
