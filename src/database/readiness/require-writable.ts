import { StartupError } from '../../common/startup-error.js';
import type { SqlConnection } from '../connection/sql-connection.js';
import { WRITABILITY, readOnlyProblem, type Writability } from './serving-problems.js';

/** @throws StartupError when the database can only be read */
export async function requireWritable(connection: SqlConnection): Promise<void> {
  const [row] = await connection.query<[Writability]>(`SELECT ${WRITABILITY}`);
  const problem = readOnlyProblem(row);
  if (problem !== undefined) throw new StartupError(`DATABASE_URL: ${problem}`);
}
