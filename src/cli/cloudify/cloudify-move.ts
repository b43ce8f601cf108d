import type { INestApplicationContext } from '@nestjs/common';
import { SYSTEM_LOG } from '../../audit/audit-writer.js';
import { NotFound } from '../../common/errors.js';
import { StartupError } from '../../common/startup-error.js';
import type { Caller } from '../../common/tenant-context.js';
import { Configuration } from '../../config/configuration.js';
import { SecretImport } from '../../secrets/sharing/import/secret-import.service.js';
import type { Importer } from '../../secrets/sharing/import/imported-secrets.repository.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { TenantMembersService } from '../../users/tenant-members.service.js';
import { UserAdministration } from '../../users/user-administration.service.js';
import { UserDirectory } from '../../users/user-directory.service.js';
import type { DescribedUser } from '../../users/user-overview.js';
import { UserGroupsService } from '../../users/groups/user-groups.service.js';
import { UsersService } from '../../users/users.service.js';
import type { CloudifyContents } from './cloudify-contents.js';
import { MoveIdentities, type KeepPassword } from './move-identities.js';
import type { MoveReport } from './move-report.js';
import { moveSecrets } from './move-secrets.js';

export interface MoveOptions {
  /** Names the user who becomes the owner of secrets whose creator is unknown here. */
  readonly owner: string;
  readonly override: boolean;
  readonly dryRun: boolean;
  readonly keepPassword: KeepPassword;
}

type Secret = CloudifyContents['secrets'][number];

/** Moves what a Cloudify Manager holds: identities first, since secrets name them. */
export async function moveCloudify(
  services: INestApplicationContext,
  caller: Caller,
  contents: CloudifyContents,
  { owner, override, dryRun, keepPassword }: MoveOptions,
  report: MoveReport,
  tell: (line: string) => void,
): Promise<void> {
  const importer = await importerOf(services.get(UserDirectory), owner, caller);
  const parts = {
    tenants: services.get(TenantsService),
    users: services.get(UsersService),
    administration: services.get(UserAdministration),
    directory: services.get(UserDirectory),
    groups: services.get(UserGroupsService),
    members: services.get(TenantMembersService),
    shortestPassword: services.get(Configuration).passwordMinLength,
  };
  const identities = new MoveIdentities(parts, caller, report, dryRun, keepPassword);
  await identities.move(contents, tell);
  tell(`${contents.secrets.length} secrets`);
  const known = await knownCreators(parts.directory, contents.secrets, identities.wouldBe.users);
  const looked = contents.secrets.filter(
    ({ tenant_name: name }) => !identities.wouldBe.tenants.has(String(name)),
  );
  report.add('secrets', 'moved', contents.secrets.length - looked.length);
  const secrets = looked.map((secret) => withKnownCreator(secret, known));
  const { passphrase } = contents;
  await moveSecrets(services.get(SecretImport), importer, { secrets, passphrase, override, dryRun }, report);
  const unknown = new Set(looked.filter((secret) => isUnknown(secret, known)).map(creatorOf));
  if (unknown.size > 0)
    report.note(`Secrets of ${[...unknown].join(', ')}, unknown here, are assigned to ${owner}`);
}

async function importerOf(directory: UserDirectory, owner: string, caller: Caller): Promise<Importer> {
  const found = await directory.find(owner).catch((error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  if (found === undefined || !administers(found))
    throw new StartupError(`There is no administrator \`${owner}\`: name one by --owner`);
  return { userId: found.user.id, username: found.user.username, caller, logId: SYSTEM_LOG };
}

function administers({ user, groups }: DescribedUser): boolean {
  return user.systemRole === 'sys_admin' || groups.some(({ systemRole }) => systemRole === 'sys_admin');
}

/**
 * Returns the creators of secrets who are known here, in lower case; in a dry run without those whom it would create.
 */
async function knownCreators(
  directory: UserDirectory,
  secrets: readonly Secret[],
  wouldBe: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const name of new Set(secrets.map(creatorOf))) {
    if (name === '' || wouldBe.has(name.toLowerCase())) continue;
    const found = await directory.find(name).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined;
      throw error;
    });
    if (found !== undefined) known.add(name.toLowerCase());
  }
  return known;
}

function creatorOf({ creator }: Secret): string {
  return typeof creator === 'string' ? creator : '';
}

function isUnknown(secret: Secret, known: ReadonlySet<string>): boolean {
  const creator = creatorOf(secret);
  return creator !== '' && !known.has(creator.toLowerCase());
}

function withKnownCreator(secret: Secret, known: ReadonlySet<string>): Secret {
  return isUnknown(secret, known) ? { ...secret, creator: null } : secret;
}
