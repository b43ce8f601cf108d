/**
 * Lists the ways to back up and restore: who dumps and in which form, who restores and with which options, and when
 * deploy/postgres-init.sql is run (`before` or `after` the restore, or both).
 */
const OWNER = 'strongroom_owner';
const SUPERUSER = 'postgres';
const BACKUP = 'backup_login';
const ADMINISTRATOR = 'administrator';

export const DUMPS = [
  { name: 'owner', login: OWNER, format: 'custom' },
  { name: 'superuser', login: SUPERUSER, format: 'custom' },
  { name: 'backup', login: BACKUP, format: 'directory' },
  { name: 'plain', login: OWNER, format: 'plain' },
  { name: 'plain-anonymous', login: OWNER, format: 'plain', options: ['--no-owner', '--no-acl'] },
];

const NO_OWNER = ['--no-owner', '--no-acl'];
const STRICT = '--exit-on-error';

export const RESTORES = [
  { name: 'owner', title: 'dump and restore by the owner', dump: 'owner', login: OWNER, init: ['before'] },
  {
    name: 'owner-no-owner',
    title: 'by the owner, without owners and rights',
    dump: 'superuser',
    login: OWNER,
    options: [...NO_OWNER, STRICT],
    init: ['before'],
  },
  {
    name: 'superuser',
    title: 'dump and restore by a superuser',
    dump: 'superuser',
    login: SUPERUSER,
    options: [STRICT],
    init: ['before'],
  },
  {
    name: 'superuser-no-owner',
    title: 'by a superuser, without owners and rights',
    dump: 'owner',
    login: SUPERUSER,
    options: NO_OWNER,
    init: ['before', 'after'],
  },
  {
    name: 'superuser-no-roles',
    title: 'by a superuser, into a cluster without the roles',
    dump: 'owner',
    login: SUPERUSER,
    init: ['after'],
  },
  {
    name: 'administrator',
    title: "by a managed server's administrator, without owners and rights",
    dump: 'owner',
    login: ADMINISTRATOR,
    options: NO_OWNER,
    init: ['after'],
  },
  {
    name: 'backup-login',
    title: 'dump by a login that only reads, restore on four connections',
    dump: 'backup',
    login: OWNER,
    options: ['--jobs=4'],
    init: ['before'],
  },
  {
    name: 'scheduled',
    title: 'dump by deploy/backup.sh, restore by the owner',
    dump: 'scheduled',
    login: OWNER,
    options: [...NO_OWNER, STRICT],
    init: ['before'],
  },
  { name: 'plain', title: 'plain SQL by psql, as the owner', dump: 'plain', login: OWNER, init: ['before'] },
  {
    name: 'plain-no-owner',
    title: 'plain SQL without owners and rights, as a superuser',
    dump: 'plain-anonymous',
    login: SUPERUSER,
    init: ['before', 'after'],
  },
];

/** Lists the ways that do not use pg_dump. */
export const OTHERS = [
  { name: 'newer-postgresql', title: 'dump of this PostgreSQL into the embedded one, which is newer' },
  { name: 'whole-cluster', title: 'pg_dumpall of the whole cluster, with its roles' },
  { name: 'point-in-time', title: 'base backup and WAL archive, to a moment before a mistake' },
  { name: 'last-moment', title: 'the same to the end of the archive, the server lost' },
  { name: 'standby', title: 'a synchronous standby promoted while the service writes' },
];

export const NAMES = [...RESTORES, ...OTHERS].map(({ name }) => name);

/** Matches the errors of a restore that docs/operations/backup.md says do not matter: of owners, roles and rights. */
export const HARMLESS =
  /role "\w+" does not exist|must be (?:owner of|able to SET ROLE|member of role)|permission denied (?:to|for schema|for database)|no privileges (?:were granted|could be revoked)/;
