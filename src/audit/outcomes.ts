/** Lists every outcome that an event may have, with its meaning for the documentation. */
export const AUDIT_OUTCOMES = {
  ok: 'It was done.',
  not_found: 'There is no such thing, or the caller may not know of it.',
  conflict: 'It contradicts the present state, such as a key or a name that is taken.',
  forbidden: 'The caller lacks the right.',
  refused: 'Something else about the request forbids it, such as a row of an import.',
  failed: 'The password or token was wrong, or an export did not reach its end.',
  locked: 'The login is locked after too many failures.',
  maintenance: 'The service is closed for maintenance.',
} as const;

export type AuditOutcome = keyof typeof AUDIT_OUTCOMES;
