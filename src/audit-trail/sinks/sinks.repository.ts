import { Inject, Injectable } from '@nestjs/common';
import { Lanes } from '../../database/lanes.js';
import type { SealedEvent } from './sink.js';

/** Tells whether this process may send to a sink, and what waits to be sent. */
export interface SinkLease {
  readonly isHolder: boolean;
  /** For how many seconds it may send. */
  readonly seconds: number;
  /** For how many seconds the oldest event that is not delivered has been sealed; null if all are delivered. */
  readonly waitingSeconds: number | null;
  /** About how many batches are not delivered. */
  readonly batches: number;
}

/** Names the last of the events that a sink has. */
export interface SinkPosition {
  readonly position: string;
  readonly part: number;
}

/** Holds an event of a batch. Its body is null where the event was removed. */
export interface BatchedEvent extends SinkPosition, Omit<SealedEvent, 'body'> {
  readonly body: string | null;
}

/** Asks to be the process that sends to a sink. */
export interface LeaseRequest {
  readonly sink: string;
  readonly holder: string;
  readonly seconds: number;
  readonly waitDays: number;
}

const LEASE = `SELECT is_holder AS "isHolder", seconds, waiting_seconds AS "waitingSeconds", batches::float8 AS batches
  FROM lease_audit_sink($1, $2, $3, $4)`;

const READ = `SELECT position::text, part, origin, leaf_index::float8 AS index, body FROM read_audit_batches($1, $2, $3)`;

/** Reads what sinks have to get, in short statements: no connection is held while events are sent. */
@Injectable()
export class SinksRepository {
  constructor(@Inject(Lanes) private readonly lanes: Lanes) {}

  /** Takes or renews the lease of a sink if no other process has it. Registers a new sink. */
  async lease({ sink, holder, seconds, waitDays }: LeaseRequest): Promise<SinkLease> {
    const [lease] = await this.lanes.query<SinkLease>('jobs', undefined, {
      ...{ name: 'lease_audit_sink', text: LEASE, values: [sink, holder, seconds, waitDays] },
    });
    if (lease === undefined) throw new Error('A sink that was just registered is not there');
    return lease;
  }

  /** Returns the next events of a sink: so many at most, and no more once they have so many bytes. */
  read(sink: string, events: number, bytes: number): Promise<BatchedEvent[]> {
    return this.lanes.query('jobs', undefined, {
      ...{ name: 'read_audit_batches', text: READ, values: [sink, events, bytes] },
    });
  }

  /** Notes that a sink has the events up to that one. Returns false if another process sends to it by now. */
  async confirm(sink: string, holder: string, { position, part }: SinkPosition): Promise<boolean> {
    const [row] = await this.lanes.query<{ held: boolean }>('jobs', undefined, {
      ...{ name: 'confirm_audit_batches', text: 'SELECT confirm_audit_batches($1, $2, $3, $4) AS held' },
      values: [sink, holder, position, part],
    });
    return row?.held === true;
  }

  /** Lets another process send to a sink at once. */
  async release(sink: string, holder: string): Promise<void> {
    await this.lanes.query('jobs', undefined, {
      ...{ name: 'release_audit_sink', text: 'SELECT release_audit_sink($1, $2)', values: [sink, holder] },
    });
  }
}
