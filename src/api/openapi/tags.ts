/** Lists the tags of the operations in the order in which they are needed, each with what it is about. */
export const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Secrets', 'Keep, read, change, list and find the secrets of a tenant.'],
  ['Trash', 'See what was deleted, restore it, or destroy it before its time.'],
  ['Bulk', 'Read and write many secrets in one request, for programs that start or are set up.'],
  ['Export and import', 'Move many secrets at once, encrypted by a passphrase or in clear.'],
  ['Tokens', 'Create tokens for programs, which stand in place of a user name and a password, and end them.'],
  ['Tenants', 'Create tenants, and say which users and user groups work in them with which role.'],
  ['Users', 'Create users, and change their passwords, roles and state.'],
  ['User groups', 'Give roles to many users at once.'],
  ['Permissions', 'See and change which role may do what.'],
  ['Audit trail', 'Read what was recorded: who did what, when, and how it ended.'],
  ['Installation', 'Read the version, the status and the roles; turn maintenance mode on and off.'],
  ['Health', 'Answer load balancers and orchestrators, without authentication.'],
  ['Cloudify stand-ins', 'Answer what clients of Cloudify ask for and Strongroom does not have.'],
];
