import { randomBytes } from 'node:crypto';
import { hash, verify, type Options } from '@node-rs/argon2';

/** Configures Argon2id (RFC 9106), the library's default, with the OWASP parameters: 19 MiB, two passes, one lane. */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Hashes and verifies passwords. One verification runs at a time, so that a flood of guesses leaves processor time for
 * the requests. The caller limits how many may wait.
 */
export class PasswordHasher {
  private tail: Promise<unknown> = Promise.resolve();
  private made = 0;
  private decoy: Promise<string> | undefined;

  /** Counts the verifications, decoys included. */
  get verifications(): number {
    return this.made;
  }

  /** @returns the PHC string, with a fresh salt */
  hash(password: string): Promise<string> {
    return hash(password, OPTIONS);
  }

  /** Verifies a password at the cost of exactly one verification, even where the stored hash is damaged. */
  async verify(storedHash: string, password: string): Promise<boolean> {
    const decoy = await this.decoyHash();
    return this.inTurn(async () => {
      this.made += 1;
      try {
        return await verify(storedHash, password);
      } catch {
        // The library refuses a malformed hash before it does any work, so the work is done here.
        await verify(decoy, password);
        return false;
      }
    });
  }

  /** Costs what a wrong password costs, where there is no hash to verify against. Always returns false. */
  async verifyDecoy(password: string): Promise<false> {
    await this.verify(await this.decoyHash(), password);
    return false;
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= this.hash(randomBytes(24).toString('base64')).catch((error: unknown) => {
      this.decoy = undefined;
      throw error;
    });
    return this.decoy;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}
