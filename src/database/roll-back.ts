import type pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { isUnanswered } from './connection/unavailability.js';

/** Rolls back the transaction of a query runner, or closes its connection if the server may still be working on it. */
export async function rollBack(runner: QueryRunner, reason: unknown): Promise<void> {
  if (isUnanswered(reason)) return discardConnection(runner);
  await runner.rollbackTransaction().catch(() => discardConnection(runner));
}

/** Closes the connection and thereby ends its transaction, so that no open transaction returns to the pool. */
export async function discardConnection(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as pg.PoolClient & { end: () => Promise<void> };
  void client.end().catch(() => undefined);
}
