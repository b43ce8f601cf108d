import type { AuditDetailField } from './detail-fields.js';

/**
 * Names the log that an action's events go to: the log of the tenant in which it happened, the system's log, or one of
 * the two. A refused request that names no known tenant is always recorded in the system's log.
 */
type ActionLog = 'tenant' | 'system' | 'either';

interface ActionDefinition<D extends AuditDetailField> {
  readonly log: ActionLog;
  /** The fields that `detail` may have; each of them is optional. */
  readonly detail: readonly D[];
  /** One sentence for the documentation. */
  readonly description: string;
}

/** Lists every recorded action by its name in the audit trail. */
export const AUDIT_ACTIONS = {
  'audit.checkpoint_list': either('Lists the checkpoints of logs.', 'head', 'log'),
  'audit.checkpoint_read': either('Reads a checkpoint of a log.', 'head', 'log'),
  'audit.compare': system('Compares the secrets with the audit trail, with the command.'),
  'audit.export': either(
    'Exports the audit trail; one event at the beginning and one at the end.',
    ...(['stage', 'begin', 'format', 'events', 'head', 'log'] as const),
  ),
  'audit.heads': system(
    'Lists the logs that were sealed since the last such event; the service writes it once a minute.',
    'heads',
  ),
  'audit.key_list': either('Reads the public keys that sign logs.', 'head', 'log'),
  'audit.list': either('Reads events of the audit trail over the API.', 'head', 'log'),
  'audit.new_epoch': either(
    'Begins a new epoch of the log, after a restore or a failover that may have lost events.',
    ...(['previous_origin', 'previous_size', 'previous_root', 'reason'] as const),
  ),
  'audit.proof_read': either(
    'Reads a proof of an event, or that a log continues an older checkpoint.',
    ...(['event', 'head', 'log'] as const),
  ),
  'audit.prune': either(
    'Removes the oldest events of the log, which are no longer kept, up to a checkpoint; the service does it.',
    ...(['origin', 'size', 'root', 'events'] as const),
  ),
  'audit.rotate_signing': system('Replaces the key that signs the audit trail.', 'signing_key'),
  'cluster.list': system('Lists the nodes of the cluster; only refusals are recorded.'),
  'config.read': system('Reads the configuration that Cloudify clients ask for; only refusals are recorded.'),
  doctor: system(
    'Checks the installation with `strongroom-admin doctor`, which writes this event as a test.',
  ),
  'event.explain': system('Reads all events of one request, with the command.'),
  'event.list': system('Lists events of the audit trail, with the command.'),
  'event.read': system('Reads one event of the audit trail, with the command.'),
  'license.list': system('Lists the licenses that Cloudify clients ask for; only refusals are recorded.'),
  'lock.clear': system('Ends all locks of logins after too many failures.'),
  'lock.list': system('Lists the logins that are locked after too many failures.'),
  login: system('Attempts to log in with a password or a token; only failures are recorded.'),
  'login.refused': system('Reports how many logins from one address the throttle refused.', 'count'),
  'maintenance.activate': system('Starts maintenance mode.'),
  'maintenance.deactivate': system('Ends maintenance mode.'),
  'maintenance.read': system('Reads whether the service is in maintenance; only refusals are recorded.'),
  'maintenance.set': system('Changes the maintenance mode; only refusals are recorded.'),
  'permission.add': system('Grants a permission to a role.'),
  'permission.list': system('Lists the permissions of one role or of all roles.', 'head'),
  'permission.read': system('Reads whether a role has a permission.', 'head'),
  'permission.remove': system('Revokes a permission from a role.'),
  'provider_context.read': system(
    'Reads the provider context that Cloudify clients ask for; only refusals are recorded.',
  ),
  'secret.bulk_move': tenant(
    'Moves the secrets of a prefix to another prefix; each secret that moves, or is refused with the others, also has its own event.',
    ...(['secrets', 'errors', 'dry_run', 'from_prefix', 'to_prefix'] as const),
  ),
  'secret.changes': tenant(
    'Reads changes of secrets, without values: one event for an answer with changes, none for one without, one as a stream opens.',
    ...(['stream', 'head'] as const),
  ),
  'secret.copy': tenant(
    'Copies a secret: in the log of the secret a read with its value, in that of the copy a creation.',
    ...(['reader_tenant', 'source_secret', 'source_tenant', 'target_tenant'] as const),
  ),
  'secret.create': tenant('Creates a secret.', 'import'),
  'secret.delete': tenant('Deletes a secret, which moves it to the trash.'),
  'secret.export': tenant(
    'Exports secrets with their values; one event at the beginning and one at the end.',
    ...(['stage', 'encrypted', 'begin', 'secrets'] as const),
  ),
  'secret.export_head': tenant('Asks by HEAD whether an export would be given; no secret leaves.'),
  'secret.head': tenant(
    'Asks by HEAD for the status and the headers of a secret; neither it nor its value leaves.',
    ...(['reader_tenant', 'at', 'without_value'] as const),
  ),
  'secret.import': tenant(
    'Imports secrets; each secret that is created or changed also has its own event.',
    ...(['secrets', 'errors', 'colliding', 'override', 'dry_run'] as const),
  ),
  'secret.list': either(
    'Lists or searches secrets, without their values.',
    'all_tenants',
    'head',
    'reader_tenant',
  ),
  'secret.move': tenant('Moves a secret to another key.', 'bulk_move', 'new_key'),
  'secret.purge': tenant(
    'Destroys a secret that is in the trash; by a caller, or by the service once the trash no longer keeps it.',
    'reason',
  ),
  'secret.read': tenant(
    'Reads a secret or one of its versions, with its value unless `without_value` says otherwise.',
    ...(['reader_tenant', 'at', 'without_value'] as const),
  ),
  'secret.read_times': tenant('Asks when a secret was last read.', 'head'),
  'secret.restore': tenant('Restores a secret from the trash.', 'owner'),
  'secret.update': tenant('Changes a secret, its visibility or its owner.', 'import', 'owner'),
  'secret.version_destroy': tenant('Destroys a version of a secret: erases its value.'),
  'secret.version_list': tenant('Lists the versions of a secret, without their values.', 'head'),
  'secret.version_restore': tenant(
    'Gives a secret the value of one of its versions again, as a new version.',
    'restored_version',
  ),
  'secrets_provider.list': tenant('Lists the providers of secrets; only refusals are recorded.'),
  'secrets_provider.read': tenant('Reads a provider of secrets; only refusals are recorded.'),
  'status.read': system('Reads the status of the service; only refusals are recorded.'),
  'tenant.add_user': system('Makes a user a member of a tenant.', 'role'),
  'tenant.add_user_group': system('Makes a user group a member of a tenant.', 'role'),
  'tenant.create': system('Creates a tenant.', 'tenant'),
  'tenant.delete': either('Deletes a tenant, and purges its trash.', 'tenant', 'trashed'),
  'tenant.list': system('Lists tenants.', 'head'),
  'tenant.read': either('Reads a tenant.', 'head'),
  'tenant.remove_user': system('Removes a user from a tenant.'),
  'tenant.remove_user_group': system('Removes a user group from a tenant.'),
  'tenant.update_user': system('Changes the role of a user in a tenant.', 'role'),
  'tenant.update_user_group': system('Changes the role of a user group in a tenant.', 'role'),
  'tenant_settings.read': tenant('Reads the settings of a tenant.', 'head'),
  'tenant_settings.update': tenant(
    'Changes the settings of a tenant.',
    ...(['require_if_match', 'trash_days', 'audit_days'] as const),
    ...(['max_versions', 'max_versions_lower_bound', 'max_versions_upper_bound'] as const),
  ),
  'token.create': system('Creates a token.', 'username'),
  'token.delete': system('Deletes a token and those that were created by it.'),
  'token.delete_all': system('Ends all tokens of a user.'),
  'token.list': system('Lists tokens.', 'head'),
  'token.read': system('Reads the description of a token.', 'head'),
  'trash.list': tenant('Lists the secrets in the trash, without their values.', 'head'),
  'user.activate': system('Activates a user.'),
  'user.create': system('Creates a user.', 'system_role'),
  'user.deactivate': system('Deactivates a user.'),
  'user.delete': system('Deletes a user.'),
  'user.list': system('Lists users.', 'head'),
  'user.read': system('Reads a user.', 'head'),
  'user.read_self': system('Reads the calling user; only refusals are recorded.'),
  'user.set_activated': system('Activates or deactivates a user; only refusals are recorded.'),
  'user.set_password': system('Sets the password of a user.', 'end_tokens'),
  'user.set_role': system('Sets the system role of a user.', 'system_role'),
  'user.unlock': system('Unlocks a user after too many failed logins.'),
  'user.update': system('Changes a setting of a user.', 'show_getting_started'),
  'user_group.add_user': system('Adds a user to a user group.'),
  'user_group.create': system('Creates a user group.', 'system_role'),
  'user_group.delete': system('Deletes a user group.'),
  'user_group.list': system('Lists user groups.', 'head'),
  'user_group.read': system('Reads a user group.', 'head'),
  'user_group.remove_user': system('Removes a user from a user group.'),
  'user_group.set_role': system('Sets the system role of a user group.', 'system_role'),
  'version.read': system('Reads the version of the service; only refusals are recorded.'),
} as const;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** Holds the detail of an event: names, ids and counts from our own code, never free text. */
export type AuditDetail<A extends AuditAction> = Readonly<
  Partial<Record<(typeof AUDIT_ACTIONS)[A]['detail'][number], string>>
>;

function tenant<D extends AuditDetailField = never>(
  description: string,
  ...detail: readonly D[]
): ActionDefinition<D> {
  return { log: 'tenant', detail, description };
}

function system<D extends AuditDetailField = never>(
  description: string,
  ...detail: readonly D[]
): ActionDefinition<D> {
  return { log: 'system', detail, description };
}

function either<D extends AuditDetailField = never>(
  description: string,
  ...detail: readonly D[]
): ActionDefinition<D> {
  return { log: 'either', detail, description };
}
