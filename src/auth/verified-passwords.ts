import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

const LIFETIME_MS = 5 * 60_000;

/** Renews an entry in use after this time. */
const RENEWAL_MS = 60_000;
const MAX_ENTRIES = 10_000;

/**
 * Remembers that a password was verified against one stored hash, as an HMAC under a key that only this process knows.
 * The caller passes the hash that was just read, so a changed password is not remembered. Failures are never
 * remembered.
 */
export class VerifiedPasswords {
  private readonly key = createSecretKey(randomBytes(32));
  private readonly expiries = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Computes the entry of one password verified against one stored hash (HMAC-SHA-256 of hash, NUL, password). */
  tagOf(storedHash: string, password: string): string {
    return createHmac('sha256', this.key).update(`${storedHash}\u0000${password}`).digest('base64');
  }

  /**
   * Tells whether the password was verified lately, and renews an entry in use, so that steady callers are not verified
   * again.
   */
  has(tag: string): boolean {
    const expiry = this.expiries.get(tag);
    if (expiry === undefined) return false;
    const left = expiry - this.now();
    if (left <= 0) this.expiries.delete(tag);
    else if (left < LIFETIME_MS - RENEWAL_MS) this.add(tag);
    return left > 0;
  }

  add(tag: string): void {
    this.expiries.delete(tag);
    this.expiries.set(tag, this.now() + LIFETIME_MS);
    for (const oldest of this.expiries.keys()) {
      if (this.expiries.size <= MAX_ENTRIES) return;
      this.expiries.delete(oldest);
    }
  }
}
