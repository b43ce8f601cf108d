import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runProgram } from './postgres-programs.js';

/** Runs statements by psql on a server, whose `url` each kind of server has of its own. */
export class ServerStatements {
  /** Runs one statement and returns the fields of its rows, one row a line. */
  sql(statement, { login = 'postgres', database = 'strongroom' } = {}) {
    const options = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', statement];
    return runProgram('psql', [...options, this.url(login, database)]).stdout.trim();
  }

  /** Runs a file of statements. `tolerant` goes on after errors. Returns the messages of all. */
  script(file, { login = 'postgres', database = 'strongroom', variables = {}, tolerant = false } = {}) {
    const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
    const options = ['-Xq', ...(tolerant ? [] : ['-v', 'ON_ERROR_STOP=1']), ...given];
    const input = readFileSync(file, 'utf8');
    return runProgram('psql', [...options, this.url(login, database)], { input, tolerant }).stderr;
  }

  /** Runs deploy/postgres-init.sql, as the documents say. */
  initialise(login = 'postgres') {
    const variables = { owner_password: 'of-the-owner', service_password: 'of-the-service' };
    this.script(resolve('deploy/postgres-init.sql'), { login, variables });
  }
}
