import { commandName } from '../../../common/command-name.js';
import type { ErrorCause } from './error-cause.js';

/**
 * Matches a message that quotes one name, as `role "x" does not exist` does; `invalid value for parameter "x": "y"`
 * quotes two.
 */
const ONE_NAME = /^[^"«»„“”]*["«»„“][^"«»„“”]*["«»“”][^"«»„“”]*$/;

/** Describes a database to which nothing can be written. */
export const READ_ONLY = {
  cause: 'the database can only be read',
  cure:
    'set default_transaction_read_only to off for the database, the role and the server (a managed server that ' +
    'switched it on by itself may have run out of storage), or connect to the primary',
  state: 'unusable',
} as const;

/** Lists the causes that PostgreSQL reports by a SQLSTATE (manual, Appendix A). */
export const SERVER_CAUSES: readonly ErrorCause[] = [
  {
    codes: ['28P01'],
    cause: 'the server refuses the password of the login',
    cure: 'give the right one, or set it with ALTER ROLE … PASSWORD; a login whose VALID UNTIL has passed is refused alike',
    state: 'unusable',
  },
  {
    codes: ['28*'],
    cause: 'the server does not admit the login',
    cure:
      'create it, allow it to log in (ALTER ROLE … LOGIN), or add a line to pg_hba.conf for the login, the database ' +
      'and the address of this machine; where that line says hostssl, set sslmode',
    state: 'unusable',
  },
  {
    codes: ['3D000'],
    cause: 'the database does not exist',
    cure: 'create it, or correct its name in the URL',
    state: 'unusable',
  },
  {
    codes: ['55000'],
    cause: 'the database takes no connections, or is not in a state for what it was asked',
    cure: 'as an administrator: ALTER DATABASE … ALLOW_CONNECTIONS true; its log says if something else is meant',
    state: 'unusable',
  },
  {
    codes: ['53100'],
    cause: 'the disk of PostgreSQL is full',
    cure: 'free space on it or make it larger',
    state: 'full',
  },
  {
    codes: ['53200'],
    cause: 'the server is out of memory',
    cure: 'give it more memory, or lower work_mem, shared_buffers or max_connections',
    state: 'unusable',
  },
  {
    codes: ['53300'],
    cause: 'all connections that the server, the database or the login may have are in use',
    cure: 'raise max_connections or the CONNECTION LIMIT, or lower STRONGROOM_DATABASE_POOL_SIZE or the number of replicas',
    state: 'away',
  },
  {
    codes: ['53*'],
    cause: 'a limit of the server is reached',
    cure: 'raise the limit that the message of the server names, such as temp_file_limit',
    state: 'unusable',
  },
  {
    codes: ['57014'],
    cause: 'the statement took too long, or an administrator canceled it',
    cure: 'look for long transactions and for load on the server',
    state: 'slow',
  },
  {
    codes: ['57P03'],
    cause: 'the server is starting, stopping or recovering',
    cure: 'wait until it accepts connections; its log says how far it is',
    state: 'away',
  },
  {
    codes: ['57P04'],
    cause: 'the database was dropped',
    cure: 'restore it from a backup, or correct its name in the URL',
    state: 'away',
  },
  {
    codes: ['57*'],
    cause: 'the server ended the session because of a shutdown, a crash or an administrator',
    cure: 'wait until the server is back; its log says why',
    state: 'away',
  },
  {
    codes: ['58*'],
    cause: 'the server cannot read or write its own files',
    cure: 'check its disks and the owner of its data directory; its log names the file',
    state: 'unusable',
  },
  {
    codes: ['F0*'],
    cause: 'the server has a problem with its configuration files',
    cure: 'correct what its log names, such as a line of pg_hba.conf',
    state: 'unusable',
  },
  { codes: ['25006'], ...READ_ONLY },
  {
    codes: ['25P03', '25P04'],
    cause: 'the server ended a transaction that was idle or ran for too long',
    cure: 'look for load on this machine and on the server',
    state: 'unusable',
  },
  {
    codes: ['40001', '40P01', '55P03'],
    cause: 'others hold a lock that the statement needs',
    cure: 'look for long transactions on the server, such as backups and manual sessions',
    state: 'contended',
  },
  {
    codes: ['08P01'],
    cause: 'the other end refuses a message of the protocol, as a connection pooler does',
    cure:
      'for PgBouncer, set pool_mode = session and ignore_startup_parameters = options; else check that host and port ' +
      'are those of PostgreSQL',
    state: 'away',
  },
  {
    codes: ['08*'],
    cause: 'the connection was refused or lost',
    cure: 'check the server and what stands between, such as a proxy or a pooler',
    state: 'away',
  },
  {
    codes: ['42501'],
    routines: ['ExecWithCheckOptions', 'check_enable_rls'],
    cause:
      'row-level security refused a row or a statement, which is a fault of Strongroom or of a changed policy',
    cure: `run \`${commandName()} doctor\`, and report it with the line of the log`,
    state: 'faulty',
    alarm: 'row_level_security',
  },
  {
    codes: ['42501'],
    cause: 'the login lacks a right',
    cure: `run \`${commandName()} migrate\`, which grants what is missing; where it names the database, grant CONNECT as an administrator`,
    state: 'forbidden',
  },
  {
    codes: ['22023'],
    only: ONE_NAME,
    cause: 'the role of the service does not exist',
    cure: `run \`${commandName()} migrate\` with the login of the owner, or correct STRONGROOM_APP_ROLE`,
    state: 'unusable',
  },
  {
    codes: ['22023'],
    cause: 'the server refuses the value of a setting of the session',
    cure: 'correct `options` in the URL; where DATABASE_URL is alone, the role of STRONGROOM_APP_ROLE must exist',
    state: 'faulty',
  },
  {
    codes: ['42704'],
    cause: 'the server does not know a setting, a type or a role by the name that it is given',
    cure: `correct \`options\` in the URL, in which a blank is written %20 and a plus is a plus, or run \`${commandName()} migrate\``,
    state: 'incomplete',
  },
  {
    codes: ['42601'],
    cause: 'the server does not understand a statement, or `options` in the URL',
    cure: 'write options as -c%20name=value',
    state: 'faulty',
  },
  {
    codes: ['42P01', '42883', '42703', '3F000'],
    cause: 'the database lacks a table, a column or a function of Strongroom, or hides it from the login',
    cure: `run \`${commandName()} migrate\`, and check that the URLs name one database`,
    state: 'incomplete',
  },
  {
    codes: ['XX001', 'XX002'],
    cause: 'the server found damaged data or a damaged index',
    cure: 'stop writing, check its disks, and restore a backup (XX002: REINDEX may be enough)',
    state: 'faulty',
    alarm: 'damaged_data',
  },
  {
    codes: ['XX*'],
    cause: 'the server has met a fault of its own',
    cure: 'read its log',
    state: 'faulty',
  },
];
