import type pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { isUnanswered } from './connection/unavailability.js';

/** Rolls the transaction of a query runner back. Ends the connection where the server may still be at work on it. */
export async function rollBack(runner: QueryRunner, reason: unknown): Promise<void> {
  if (isUnanswered(reason)) return discardConnection(runner);
  await runner.rollbackTransaction().catch(() => discardConnection(runner));
}

/** Ends the connection, and its transaction with it: what may still be open must not go back to the pool. */
export async function discardConnection(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as pg.PoolClient & { end: () => Promise<void> };
  void client.end().catch(() => undefined);
}
