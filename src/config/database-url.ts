import { parameterProblem } from './database-url-parameters.js';

/** Represents the parts of a PostgreSQL URL, decoded. */
export interface DatabaseUrl {
  /** A name, an address without brackets, or the absolute path of the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** The other parameters after the `?`, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Says what is wrong with a URL, in words that follow the name of its variable. It never repeats a password. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

const DEFAULT_PORT = 5432;

const RULE =
  'must be a URL such as postgresql://user:password@host:5432/database ' +
  '(in a user or password, write @ as %40, / as %2F, : as %3A and % as %25)';

/** Separates credentials, hosts, database and parameters as libpq does: at the first `@` that no `/` precedes. */
const PARTS = /^postgres(?:ql)?:\/\/(?:([^@/:]*)(?::([^@/]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is;

const HOST = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s;

/**
 * Reads a URL in the forms of libpq: escapes are percent escapes only, so `+` is a plus, and what the parameters
 * `host`, `port`, `user`, `password` and `dbname` say replaces what stands before the `?`.
 * @throws DatabaseUrlError when the URL names no user, database or host, names several hosts, is not UTF-8, or has a
 *   parameter that Strongroom does not take
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const [, user = '', password, hosts = '', database = '', query] = PARTS.exec(text.trim()) ?? refuse(RULE);
  if (text.includes('\uFFFD')) refuse('is not UTF-8');
  // It would mean a password with a raw `/`, whose parts the messages below would repeat.
  if (database.includes('@')) refuse(`holds an @ behind a /: it ${RULE}`);
  const parameters = parametersOf(query ?? '');
  const take = (name: string, otherwise: string): string => {
    const value = parameters.get(name);
    parameters.delete(name);
    return value ?? otherwise;
  };
  const { host, port } = hostAndPort(hosts);
  const url = {
    host: take('host', decode(host, 'host')),
    port: portOf(take('port', decode(port, 'port'))),
    user: take('user', decode(user, 'user')),
    password: take('password', decode(password ?? '', 'password')) || undefined,
    database: take('dbname', decode(database, 'database')),
    parameters,
  };
  return complete(url);
}

function complete(url: DatabaseUrl): DatabaseUrl {
  if (url.host.includes(',')) refuse(SEVERAL_HOSTS);
  if (url.user === '') refuse(`names no user: it ${RULE}`);
  if (url.database === '') refuse(`names no database: it ${RULE}`);
  if (url.host === '')
    refuse(
      'names no host: give one before the database, or the directory of a socket as ?host=/var/run/postgresql',
    );
  return url;
}

const SEVERAL_HOSTS =
  'names several hosts: give one, such as the name or virtual address that always leads to the primary, ' +
  'since the service writes';

function hostAndPort(text: string): { host: string; port: string } {
  if (text.includes(',')) refuse(SEVERAL_HOSTS);
  if (text.includes('@')) refuse(`holds a second @: it ${RULE}`);
  const [, address, name = '', port = ''] = HOST.exec(text) ?? refuse(RULE);
  return { host: address ?? name, port };
}

/** Returns the port. A wrong one is not repeated, since it may be a part of a password with a raw `/`. */
function portOf(text: string): number {
  if (text === '') return DEFAULT_PORT;
  if (text.includes(',')) refuse(SEVERAL_HOSTS);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535
    ? port
    : refuse(`has a port that is no number from 1 to 65535: it ${RULE}`);
}

function parametersOf(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(pair) ?? [];
    const name = decode(key, 'parameters');
    const problem = parameterProblem(name, value === undefined ? undefined : decode(value, name));
    if (problem !== undefined) refuse(problem);
    parameters.set(name, decode(value ?? '', name));
  }
  return parameters;
}

function decode(text: string, part: string): string {
  const where = `in its ${part}`;
  if (/%(?![0-9a-f]{2})/i.test(text))
    refuse(`has a % ${where} that begins no escape: write a percent sign as %25`);
  if (text.includes('%00')) refuse(`has %00 ${where}, and PostgreSQL takes no zero bytes`);
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`has an escape ${where} that is not UTF-8: é is written %C3%A9, not %E9`);
  }
}

function refuse(problem: string): never {
  throw new DatabaseUrlError(problem);
}
