import { Inject, Injectable } from '@nestjs/common';
import { newEvent } from '../../audit/audit-event.js';
import { AuditWriter } from '../../audit/audit-writer.js';
import { StandingCheck } from '../../auth/standing-check.js';
import { ChangeCursors } from './change-cursors.js';
import { ChangeFeedLimits } from './change-feed-limits.js';
import { ChangePoller } from './change-poller.js';
import {
  ChangeReader,
  goneWithNewStart,
  type ChangeCaller,
  type FeedParts,
  type NextChanges,
} from './change-reader.js';
import { SecretChangesRepository } from './secret-changes.repository.js';
import type { ChangePage, FeedPlace } from './secret-change.js';
import { WaitingRoom } from './waiting-room.js';

/** Describes a request for changes. */
export interface ChangesAsked extends ChangeCaller {
  /** The cursor, and the parameter that holds it; undefined to begin at the present end. */
  readonly since: { readonly text: string; readonly name: string } | undefined;
}

/** Represents a stream that was begun: from where, what there was at once, and what reads on. */
export interface BegunStream {
  readonly start: FeedPlace;
  readonly first: NextChanges;
  readonly reader: ChangeReader;
}

/** Gives callers the changes of the secrets that they see. */
@Injectable()
export class ChangeFeed {
  private readonly parts: FeedParts;
  readonly waiting: WaitingRoom;

  constructor(
    @Inject(SecretChangesRepository) feed: SecretChangesRepository,
    @Inject(ChangePoller) poller: ChangePoller,
    @Inject(ChangeCursors) readonly cursors: ChangeCursors,
    @Inject(StandingCheck) standing: StandingCheck,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
    @Inject(ChangeFeedLimits) limits: ChangeFeedLimits,
  ) {
    this.parts = { feed, poller, cursors, standing, limits };
    this.waiting = new WaitingRoom(limits.waiting);
  }

  /**
   * Returns the changes since a cursor, and waits for the first if there are none. Records every answer that tells changes,
   * since it discloses keys; an answer without changes leaves no event.
   * @throws BadParameters, CursorGone for a cursor from which the feed cannot go on
   * @throws TooManyRequests if too many wait already
   * @throws Unauthorized, Forbidden, MaintenanceModeActive if the caller's rights end meanwhile
   * @throws Busy, Unavailable when the database does not answer
   */
  async answer(asked: ChangesAsked, waitMilliseconds: number): Promise<ChangePage> {
    const leave = waitMilliseconds > 0 ? this.waiting.enter(asked.tenant) : undefined;
    try {
      const until = performance.now() + waitMilliseconds;
      const start = await this.startOf(asked);
      // Who asks again after an answer need not read alone what all who wait are told within a second.
      const isBehind = asked.since !== undefined && (leave === undefined || !this.parts.poller.isAt(start));
      const page = await new ChangeReader(this.parts, asked, start, isBehind).next(until);
      const { tenant } = asked;
      if (page.changes.length > 0)
        await this.audit.record(tenant.tenantId, newEvent('secret.changes', tenant.caller));
      return page;
    } finally {
      leave?.();
    }
  }

  /**
   * Begins a stream of changes, and records its opening; the changes that it tells later leave no further event. Whatever can
   * be refused is refused before anything is sent.
   * @throws as `answer` does
   */
  async begin(asked: ChangesAsked): Promise<BegunStream> {
    const { tenant, signal } = asked;
    const leave = this.waiting.enter(tenant);
    signal.addEventListener('abort', leave, { once: true });
    try {
      const start = await this.startOf(asked);
      const reader = new ChangeReader(this.parts, asked, start, asked.since !== undefined);
      const first = await reader.next(performance.now());
      const detail = { stream: 'true' };
      await this.audit.record(tenant.tenantId, newEvent('secret.changes', tenant.caller, { detail }));
      if (signal.aborted) leave();
      return { start, first, reader };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async startOf({ tenant, since }: ChangesAsked): Promise<FeedPlace> {
    if (since !== undefined) {
      const place = await this.cursors.read(tenant.tenantId, since.text, since.name);
      if (place === undefined) throw await goneWithNewStart(this.parts, tenant);
      return place;
    }
    const end = await this.parts.feed.read(tenant, undefined);
    if (end === undefined) throw new Error('The feed has an end');
    return end.upto;
  }
}
