import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { databaseCall } from './connection/driver-error.js';
import {
  asDomainError,
  isOutcomeOpen,
  isUnanswered,
  unavailableBecauseOf,
} from './connection/unavailability.js';
import type { Share } from '../common/turns/turn-queue.js';
import { deadlineOfNow, retryContention } from './contention.js';
import { statementTimeout, type Lane, type Lanes } from './lanes.js';
import { poolOf, withPatience, type NamedStatement } from './named-query.js';
import { discardConnection, rollBack } from './roll-back.js';

export interface TransactionOptions {
  /** The tenant and the caller who take turns; by default all callers of the tenant are one. */
  readonly share?: Share;
  /** The lane of the connection; by default `writes`, and `contended` while others hold a lock. */
  readonly lane?: Lane;
  /** The isolation level; READ COMMITTED by default, as in each session of the service. */
  readonly isolation?: 'REPEATABLE READ';
  /**
   * Ends the wait for a connection, on the clock of `performance.now()`. Without it a single write waits a few seconds,
   * and lists and imports as long as their lane lets them.
   */
  readonly deadline?: number;
}

/** Reports that the outcome of a change is unknown: it was made completely or not at all. */
export class AnswerLost extends Unavailable {
  constructor(cause: unknown) {
    super('The database was lost while it stored the change; read it before you try again', { cause });
  }
}

const SHORTEST_TIMEOUT_MS = 1_000;

/** Lists the lanes of single writes. */
const WAITS_UNTIL_DEADLINE: ReadonlySet<Lane> = new Set(['writes', 'contended']);

/**
 * Runs transactions that see and write the rows of one tenant only. Row-level security reads the tenant from a setting
 * that is made here.
 */
export class TenantTransaction {
  constructor(private readonly lanes: Lanes) {}

  /**
   * Runs `work` in one transaction of the tenant, or of the system's log for the nil UUID. `eventId` is the event that
   * `work` records; if the connection is lost during the commit, the event shows whether it was committed.
   *
   * If others hold a lock that `work` needs, the transaction is rolled back and runs again, so `work` must not change
   * anything outside it. Only transactions in the lane `writes` run again.
   *
   * @throws Busy when others still hold the lock at the deadline, and as `Lanes.run` does
   * @throws Unavailable when the database cannot be reached, is too slow, or does not report whether it committed; the
   *   change was then made completely or not at all
   */
  run<T>(
    tenantId: string,
    eventId: string,
    work: (manager: EntityManager) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const { lane = 'writes', deadline = deadlineOfNow() } = options;
    const patience = options.deadline ?? (WAITS_UNTIL_DEADLINE.has(lane) ? deadline : undefined);
    const once = (current: Lane): Promise<T> =>
      this.runOnce({ ...options, tenantId, eventId, lane: current, deadline, patience }, work);
    if (lane !== 'writes') return once(lane);
    return retryContention((isFurther) => once(isFurther ? 'contended' : lane), deadline);
  }

  /**
   * Calls a database function that makes a whole change in the tenant and records its event, as a transaction of its
   * own in one round trip.
   * @param found returns the result when the answer was lost but the event exists; undefined if it cannot be determined
   * @returns the one row that the function returns
   * @throws Busy, Unavailable as `run` does, but tries once
   */
  async call<R>(
    tenantId: string,
    eventId: string,
    statement: NamedStatement,
    found: () => Promise<R | undefined>,
    { lane = 'writes', share = { group: tenantId, member: '' }, deadline }: TransactionOptions = {},
  ): Promise<R> {
    try {
      const options = { deadline, call: statement.name };
      const [row] = await this.lanes.run(lane, share, () => this.sendOnce<R>(statement), options);
      return row as R;
    } catch (error) {
      if (error instanceof AnswerLost) return this.recover(tenantId, eventId, error, found);
      throw asDomainError(error);
    }
  }

  /**
   * Calls such a function for any number of writes of any tenants.
   * @returns the rows that the function returns
   * @throws AnswerLost when either everything or nothing was committed; `recover` then finds out for each write
   * @throws Unavailable, Busy when the statement was not sent
   * @throws any other error of the driver when the server rolled everything back
   */
  send<R>(statement: NamedStatement, lane: Lane): Promise<R[]> {
    return this.lanes.run(lane, undefined, () => this.sendOnce<R>(statement), { call: statement.name });
  }

  /** Returns the result of a write whose answer was lost, as for `call`. */
  async recover<R>(
    tenantId: string,
    eventId: string,
    lost: AnswerLost,
    found: () => Promise<R | undefined>,
  ): Promise<R> {
    if (!(await this.wasCommitted(tenantId, eventId))) throw withoutEvent(lost.cause);
    const result = await found();
    if (result === undefined) throw lost;
    return result;
  }

  private async runOnce<T>(settings: Settings, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { tenantId, eventId, lane, share = { group: tenantId, member: '' }, patience } = settings;
    try {
      const inTransaction = async (runner: QueryRunner): Promise<{ result: T; lost: unknown }> => {
        const performed = await perform(runner, settings, work);
        return { result: performed, lost: await commit(runner) };
      };
      const { result, lost } = await this.lanes.withRunner(lane, share, inTransaction, patience);
      // Queried only now, since the query needs a connection of its own.
      if (lost !== undefined && !(await this.wasCommitted(tenantId, eventId))) throw withoutEvent(lost);
      return result;
    } catch (error) {
      throw asDomainError(error);
    }
  }

  private async sendOnce<R>(statement: NamedStatement): Promise<R[]> {
    const client = await connect(this.lanes.dataSource);
    client.on('error', ignoreConnectionError);
    let failure: unknown;
    try {
      const { rows } = await databaseCall(() => client.query(withPatience(statement)));
      return rows as R[];
    } catch (error) {
      failure = error;
    } finally {
      const broken = isOutcomeOpen(failure);
      if (!broken) client.off('error', ignoreConnectionError);
      client.release(broken);
    }
    throw isOutcomeOpen(failure) ? new AnswerLost(failure) : failure;
  }

  /** Tells whether the event of a transaction exists, and is as durable as what the server acknowledges. */
  private async wasCommitted(tenantId: string, eventId: string): Promise<boolean> {
    try {
      const [row] = await this.lanes.query<{ committed: boolean }>('reads', undefined, {
        name: 'was_committed',
        text: WAS_COMMITTED,
        values: [tenantId, eventId],
      });
      return row?.committed === true;
    } catch (error) {
      throw new AnswerLost(error);
    }
  }
}

/**
 * Looks an event up, and commits something after it. A transaction whose session ended while it waited for a synchronous
 * standby is visible, but may be on no standby. The commit of a message in the WAL, which nobody reads, waits until
 * everything before it is.
 */
const WAS_COMMITTED = `SELECT CASE WHEN found THEN pg_logical_emit_message(true, 'strongroom', '') IS NOT NULL ELSE false END AS committed
  FROM audit_event_exists($1, $2) AS found`;

/**
 * Returns the error for a change whose event is not there. Without an answer in time, the server may still commit it: a
 * transaction that waits for a synchronous standby becomes visible when that wait ends.
 */
function withoutEvent(cause: unknown): Unavailable {
  return isUnanswered(cause) ? new AnswerLost(cause) : unavailableBecauseOf(cause);
}

/**
 * Ignores the event of a lost connection, which also fails the pending statement. Without a listener the event would
 * end the process.
 */
const ignoreConnectionError = (): void => undefined;

async function connect(dataSource: DataSource): Promise<pg.PoolClient> {
  try {
    return await databaseCall(() => poolOf(dataSource).connect());
  } catch (error) {
    throw asDomainError(error);
  }
}

interface Settings extends TransactionOptions {
  readonly tenantId: string;
  readonly eventId: string;
  readonly lane: Lane;
  readonly deadline: number;
  /** Ends the wait for a connection; undefined if the lane alone limits it. */
  readonly patience: number | undefined;
}

const SET = "SELECT set_config('app.tenant', $1, true), set_config('statement_timeout', $2, true)";

/** Returns the time for a statement after the wait for a place: a second at least, and all of it for a list. */
function timeLeft(lane: Lane, deadline: number): string {
  const most = statementTimeout(lane);
  if (lane === 'lists') return `${most}ms`;
  const left = Math.round(deadline - performance.now());
  return `${Math.min(most, Math.max(SHORTEST_TIMEOUT_MS, left))}ms`;
}

async function perform<T>(
  runner: QueryRunner,
  { tenantId, lane, deadline, isolation }: Settings,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    await runner.startTransaction(isolation);
    await runner.query(SET, [tenantId, timeLeft(lane, deadline)]);
    return await work(runner.manager);
  } catch (error) {
    await rollBack(runner, error);
    throw error;
  }
}

/**
 * Commits a transaction.
 * @returns the error when the connection was lost, so that it is unknown whether the server committed
 * @throws any other error
 */
async function commit(runner: QueryRunner): Promise<unknown> {
  try {
    await runner.commitTransaction();
    return undefined;
  } catch (error) {
    await discardConnection(runner);
    if (isOutcomeOpen(error)) return error;
    throw error;
  }
}
