/** Something sealed did not open: wrong binding, wrong key, or altered bytes. Says why in kind, never what. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/** A generation of a tenant's key is not known. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError';
}
