import type { EntityManager } from 'typeorm';

/**
 * Runs SQL and returns the rows: the manager of a transaction, or the owner's connection before the data source exists.
 */
export type SqlConnection = Pick<EntityManager, 'query'>;
