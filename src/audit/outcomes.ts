/** Lists every outcome that an event may have, with its meaning for the documentation. */
export const AUDIT_OUTCOMES = {
  ok: 'The action was completed.',
  not_found: 'The object does not exist, or the caller may not see it.',
  conflict: 'The request conflicts with the current state, for example because a key or name is taken.',
  precondition_failed:
    'The secret is not, or no longer, in the state that the caller demanded by `If-Match` or `If-None-Match`.',
  not_modified:
    'The caller has the current state already (`If-None-Match`): the answer was 304, without the secret.',
  forbidden: 'The caller does not have the required right.',
  refused: 'The request is not acceptable for another reason, such as an invalid row in an import.',
  failed: 'The password or token was wrong, or an export did not finish.',
  locked: 'The login is locked after too many failures.',
  maintenance: 'The service is in maintenance mode.',
} as const;

export type AuditOutcome = keyof typeof AUDIT_OUTCOMES;
