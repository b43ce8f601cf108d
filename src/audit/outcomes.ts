/** Lists every outcome that an event may have, with its meaning for the documentation. */
export const AUDIT_OUTCOMES = {
  ok: 'The action was completed.',
  not_found: 'The object does not exist, or the caller may not see it.',
  gone: 'The version of the secret has been destroyed.',
  conflict: 'The request conflicts with the current state, for example because a key or name is taken.',
  precondition_failed:
    'The secret is not, or no longer, in the state that the caller demanded by `If-Match` or `If-None-Match`.',
  not_modified:
    'The caller has the current state already (`If-None-Match`): the answer was 304, without the secret.',
  expired: 'The secret has expired: the answer was 410, without the secret.',
  forbidden: 'The caller does not have the required right.',
  refused:
    'The request is not acceptable for another reason, such as an invalid row in an import, or another secret of a bulk ' +
    'request that is all or nothing.',
  failed: 'The password or token was wrong, or an export did not finish.',
  locked: 'The login is locked after too many failures.',
  maintenance: 'The service is in maintenance mode.',
} as const;

/** Says what `failed` means for each action that can have this outcome. */
const FAILURES: Readonly<Record<string, string>> = {
  login: 'The password or token was wrong.',
  'audit.export': 'The export did not finish.',
  'secret.export': 'The export did not finish.',
};

/** Returns what an outcome means for an action; undefined for an outcome of a newer version. */
export function meaningOf(outcome: string, action: string): string | undefined {
  const meaning = (AUDIT_OUTCOMES as Readonly<Record<string, string>>)[outcome];
  return outcome === 'failed' ? (FAILURES[action] ?? meaning) : meaning;
}

export type AuditOutcome = keyof typeof AUDIT_OUTCOMES;
