import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Unavailable } from '../common/errors.js';
import { poolOf } from './named-query.js';
import { discardConnection, rollBack } from './roll-back.js';
import { asDomainError, isContention, isUnavailable } from './unavailability.js';

export interface TransactionOptions {
  /** READ COMMITTED, as each session of the service has it, where it is not given. */
  readonly isolation?: 'REPEATABLE READ';
}

/** A statement that the server parses and plans once a connection; a name stands for one text only. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Whether the change was made nobody can say yet: it is there wholly or not at all. */
export class AnswerLost extends Unavailable {
  constructor(cause: unknown) {
    super('The database was lost while it stored the change; read it before you try again', { cause });
  }
}

/** Transactions that see and write the rows of one tenant only: row-level security reads the tenant named here. */
export class TenantTransaction {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction of the tenant (or of the system's log, by the nil UUID). `eventId` is the event
   * that `work` records: when the connection is lost while committing, the event tells whether it was committed.
   *
   * @throws Unavailable when the database cannot be reached, gives up, or cannot say whether it committed; the change
   *   is then made wholly or not at all
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
   * Calls a function of the database that does the whole of an act in the tenant and records its event: a transaction
   * of its own, in one round trip.
   * @param found tells what became of it where the answer was lost but the event is there, if it can be told
   * @returns the one row that the function gives
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
   * The same for any number of acts, of any tenants.
   * @returns the rows that the function gives
   * @throws AnswerLost when all of it or nothing was committed; then `recover` can tell for each act. Unavailable when
   *   it was not sent. What else the driver throws means that the server took all of it back.
   */
  async send<R>(statement: NamedStatement): Promise<R[]> {
    const client = await connect(this.dataSource);
    client.on('error', LEFT_TO_THE_STATEMENT);
    let failure: unknown;
    try {
      const { rows } = await client.query(statement);
      return rows as R[];
    } catch (error) {
      failure = error;
    } finally {
      const broken = isUnavailable(failure) && !isContention(failure);
      if (!broken) client.off('error', LEFT_TO_THE_STATEMENT);
      client.release(broken);
    }
    throw isUnavailable(failure) && !isContention(failure) ? new AnswerLost(failure) : failure;
  }

  /** What became of an act whose answer was lost, as for `call`. */
  async recover<R>(
    tenantId: string,
    eventId: string,
    lost: AnswerLost,
    found: () => Promise<R | undefined>,
  ): Promise<R> {
    if (!(await this.wasCommitted(tenantId, eventId)))
      throw new Unavailable(undefined, { cause: lost.cause });
    const became = await found();
    if (became === undefined) throw lost;
    return became;
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

/** A connection that is lost also fails the statement on it; without a listener it would end the process. */
const LEFT_TO_THE_STATEMENT = (): void => undefined;

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
