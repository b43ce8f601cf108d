import { join, resolve } from 'node:path';
import { runProgram } from '../support/postgres-programs.js';
import { HARMLESS } from './rows.js';

/** Creates a login that can do nothing but read everything. Without BYPASSRLS pg_dump refuses tables with policies. */
export function createBackupLogin(server) {
  server.sql('CREATE ROLE backup_login LOGIN BYPASSRLS');
  server.sql('GRANT pg_read_all_data TO backup_login');
  server.sql('GRANT CONNECT ON DATABASE strongroom TO backup_login');
}

/** Creates the login that managed servers give to their customers, which is no superuser. */
function createAdministrator(server) {
  server.sql('CREATE ROLE administrator LOGIN CREATEROLE CREATEDB', { database: 'postgres' });
}

/** Dumps the database, and returns the path of the dump. */
export function dump(server, { name, login, format, options = [] }) {
  const path = join(server.home, `${name}.dump`);
  const jobs = format === 'directory' ? ['--jobs=4'] : [];
  const given = [`--format=${format}`, ...jobs, ...options, `--file=${path}`];
  runProgram('pg_dump', [...given, server.url(login, 'strongroom')]);
  return path;
}

/** Makes the scheduled backup, as the login that only reads, and returns the path of its dump. */
export function scheduledDump(server) {
  const folder = join(server.home, 'backups');
  runProgram('mkdir', ['-m', '0700', folder]);
  const environment = { PGHOST: server.home, PGUSER: 'backup_login', PATH: process.env.PATH };
  runProgram(resolve('deploy/backup.sh'), [folder], { env: environment });
  const [name, ...others] = runProgram('ls', [folder]).stdout.trim().split('\n');
  if (!/^strongroom-\d{8}T\d{6}Z\.dump$/.test(name) || others.length > 0)
    throw new Error(`deploy/backup.sh left ${[name, ...others].join(', ')}`);
  return join(folder, name);
}

/**
 * Restores a dump into an empty cluster as a row says.
 * @returns the errors of the restore that are no matter of owners, roles and rights, and the number of the others
 */
export function restore(server, row, path) {
  const { login, init } = row;
  if (login === 'administrator') createAdministrator(server);
  const creator = login === 'administrator' ? login : 'postgres';
  server.sql('CREATE DATABASE strongroom', { login: creator, database: 'postgres' });
  if (init.includes('before')) server.initialise(creator);
  const printed = isPlain(row) ? restorePlain(server, row, path) : restoreArchive(server, row, path);
  if (init.includes('after')) server.initialise(creator);
  const errors = printed.split('\n').filter((line) => /error:|ERROR:/.test(line));
  const harmful = errors.filter((line) => !HARMLESS.test(line));
  return { errors: errors.length - harmful.length, problems: harmful.map((line) => `restore: ${line}`) };
}

const isPlain = ({ dump: name }) => name.startsWith('plain');

function restorePlain(server, { login }, path) {
  return server.script(path, { login, tolerant: true });
}

function restoreArchive(server, { login, options = [] }, path) {
  const given = [...options, '-d', server.url(login, 'strongroom'), path];
  return runProgram('pg_restore', given, { tolerant: true }).stderr;
}

/** Dumps the whole cluster with its roles, and restores it into an empty one. */
export function copyCluster(from, to) {
  const path = join(from.home, 'cluster.sql');
  runProgram('pg_dumpall', [`--file=${path}`, '-d', from.url('postgres', 'postgres')]);
  const printed = to.script(path, { database: 'postgres', tolerant: true });
  const errors = printed.split('\n').filter((line) => line.includes('ERROR:'));
  // The superuser of the new cluster has the name of the old one.
  const problems = errors.filter((line) => !/role "postgres" already exists/.test(line));
  return { errors: errors.length - problems.length, problems: problems.map((line) => `restore: ${line}`) };
}
