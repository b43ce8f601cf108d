/** Lists every field that an event's `detail` may have, with its meaning for the documentation. */
export const AUDIT_DETAIL_FIELDS = {
  all_tenants: '`true` for a list of every tenant in which the caller may list',
  begin: 'The id of the event with which the export began',
  colliding: 'The number of secrets in the import whose key already existed',
  count: 'The number of refused logins',
  dry_run: '`true` for an import that only reports what it would do',
  encrypted: '`true` for an export that is encrypted with a passphrase',
  end_tokens: '`true` for a change of password that also ended all tokens of the user',
  errors: 'The number of rows that could not be imported',
  head: '`true` for a request by HEAD, which gave the status and the headers, but nothing of the body',
  import: 'The id of the event of the import that made the change',
  override: '`true` for an import that replaces existing secrets',
  owner: 'The name of the new owner of the secret',
  reader_tenant: 'The id of the tenant from which the caller reads',
  require_if_match: 'The new value of the setting `require_if_match`',
  role: 'The role of the user or user group in the tenant',
  secrets: 'The number of secrets that were exported, or that the import contains',
  show_getting_started: 'The new value of the setting `show_getting_started`',
  stage: '`begin` or `end`',
  system_role: 'The system role of the user or user group',
  username: 'The name of the user whom a token is for, if an operator creates it',
} as const;

export type AuditDetailField = keyof typeof AUDIT_DETAIL_FIELDS;
