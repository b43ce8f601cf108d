/**
 * Reports that an envelope did not open: wrong binding, wrong key, or altered bytes. The message names the kind of
 * problem, never the content.
 */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/** Reports that a generation of a tenant's key is unknown. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError';
}
