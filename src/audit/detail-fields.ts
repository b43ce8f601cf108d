/** Lists every field that an event's `detail` may have, with its meaning for the documentation. */
export const AUDIT_DETAIL_FIELDS = {
  all_tenants: '`true` for a list of every tenant in which the caller may list',
  begin: 'The id of the event with which the export began',
  colliding: 'The number of imported secrets whose key was taken',
  count: 'The number of refused logins',
  dry_run: '`true` for an import that only tells what it would do',
  encrypted: '`true` for an export that a passphrase encrypts',
  errors: 'The number of rows that cannot be imported',
  import: 'The id of the event of the import that made the change',
  override: '`true` for an import that changes secrets whose key is taken',
  owner: 'The name of the new owner of the secret',
  reader_tenant: 'The id of the tenant from which a reader of another tenant reads',
  role: 'The role of the member in the tenant',
  secrets: 'The number of secrets that were exported, or are to be imported',
  show_getting_started: 'The new value of this setting',
  stage: '`begin` or `end`',
  system_role: 'The system role of the user or user group',
} as const;

export type AuditDetailField = keyof typeof AUDIT_DETAIL_FIELDS;
