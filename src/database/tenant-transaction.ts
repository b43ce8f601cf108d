import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { poolOf } from './named-query.js';
import { discardConnection, rollBack } from './roll-back.js';
import { asDomainError, isContention, isUnavailable } from './connection/unavailability.js';

export interface TransactionOptions {
  /** The isolation level; READ COMMITTED by default, as in each session of the service. */
  readonly isolation?: 'REPEATABLE READ';
}

/**
 * Describes a statement that the server parses and plans once per connection. A name must always stand for the same
 * text.
 */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Reports that the outcome of a change is unknown: it was made completely or not at all. */
export class AnswerLost extends Unavailable {
  constructor(cause: unknown) {
    super('The database was lost while it stored the change; read it before you try again', { cause });
  }
}

/**
 * Runs transactions that see and write the rows of one tenant only. Row-level security reads the tenant from a setting
 * that is made here.
 */
export class TenantTransaction {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction of the tenant, or of the system's log for the nil UUID. `eventId` is the event that
   * `work` records; if the connection is lost during the commit, the event shows whether it was committed.
   *
   * @throws Unavailable when the database cannot be reached, is too slow, or does not report whether it committed; the
   *   change was then made completely or not at all
   */
  async run<T>(
    tenantId: string,
    eventId: string,
    work: (manager: EntityManager) => Promise<T>,
    { isolation }: TransactionOptions = {},
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const result = await perform(runner, tenantId, work, isolation);
      await this.commit(runner, tenantId, eventId);
      return result;
    } catch (error) {
      throw asDomainError(error);
    } finally {
      await runner.release();
    }
  }

  /**
   * Calls a database function that makes a whole change in the tenant and records its event, as a transaction of its
   * own in one round trip.
   * @param found returns the result when the answer was lost but the event exists; undefined if it cannot be determined
   * @returns the one row that the function returns
   * @throws Unavailable as `run` does
   */
  async call<R>(
    tenantId: string,
    eventId: string,
    statement: NamedStatement,
    found: () => Promise<R | undefined>,
  ): Promise<R> {
    try {
      const [row] = await this.send<R>(statement);
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
   * @throws Unavailable when the statement was not sent
   * @throws any other error of the driver when the server rolled everything back
   */
  async send<R>(statement: NamedStatement): Promise<R[]> {
    const client = await connect(this.dataSource);
    client.on('error', ignoreConnectionError);
    let failure: unknown;
    try {
      const { rows } = await client.query(statement);
      return rows as R[];
    } catch (error) {
      failure = error;
    } finally {
      const broken = isUnavailable(failure) && !isContention(failure);
      if (!broken) client.off('error', ignoreConnectionError);
      client.release(broken);
    }
    throw isUnavailable(failure) && !isContention(failure) ? new AnswerLost(failure) : failure;
  }

  /** Returns the result of a write whose answer was lost, as for `call`. */
  async recover<R>(
    tenantId: string,
    eventId: string,
    lost: AnswerLost,
    found: () => Promise<R | undefined>,
  ): Promise<R> {
    if (!(await this.wasCommitted(tenantId, eventId)))
      throw new Unavailable(undefined, { cause: lost.cause });
    const result = await found();
    if (result === undefined) throw lost;
    return result;
  }

  private async commit(runner: QueryRunner, tenantId: string, eventId: string): Promise<void> {
    try {
      await runner.commitTransaction();
    } catch (error) {
      if (!isUnavailable(error) || !(await this.wasCommitted(tenantId, eventId))) {
        await discardConnection(runner);
        throw error;
      }
      await discardConnection(runner);
    }
  }

  private async wasCommitted(tenantId: string, eventId: string): Promise<boolean> {
    try {
      const [row] = await this.dataSource.query<{ committed: boolean }[]>(
        'SELECT audit_event_exists($1, $2) AS committed',
        [tenantId, eventId],
      );
      return row?.committed === true;
    } catch (error) {
      throw new AnswerLost(error);
    }
  }
}

/**
 * Ignores the event of a lost connection, which also fails the pending statement. Without a listener the event would
 * end the process.
 */
const ignoreConnectionError = (): void => undefined;

async function connect(dataSource: DataSource): Promise<pg.PoolClient> {
  try {
    return await poolOf(dataSource).connect();
  } catch (error) {
    throw asDomainError(error);
  }
}

async function perform<T>(
  runner: QueryRunner,
  tenantId: string,
  work: (manager: EntityManager) => Promise<T>,
  isolation: TransactionOptions['isolation'],
): Promise<T> {
  await runner.connect();
  try {
    await runner.startTransaction(isolation);
    await runner.query("SELECT set_config('app.tenant', $1, true)", [tenantId]);
    return await work(runner.manager);
  } catch (error) {
    await rollBack(runner, error);
    throw error;
  }
}
