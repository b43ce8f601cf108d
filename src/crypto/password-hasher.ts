import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Options } from '@node-rs/argon2';
import { TooManyRequests } from '../common/errors.js';
import { FairGate, type GateGauge } from '../common/turns/fair-gate.js';
import { opaqueString } from '../common/passwords/password-rules.js';
import { argon2 } from './argon2.js';

/** Configures Argon2id (RFC 9106), the library's default, with the OWASP parameters: 19 MiB, two passes, one lane. */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Leaves one of the four threads of Node's pool, which also reads files and looks up names. */
const MOST_AT_ONCE = 3;

/** Limits the passwords that wait to be hashed, in all and of one user. */
const HASHES = { places: 1, waiting: 500, waitingOfGroup: 50, waitMilliseconds: 10_000 };

/** Bounds what waits for a thread. The queues of callers are shorter, so that nothing reaches these limits. */
const COMPUTATIONS = { waiting: 10_000, waitMilliseconds: 60_000 };

/**
 * Returns the number of verifications that run at once: the configured one, or for 0 one less than the processor has
 * cores, so that a flood of guesses leaves processor time for the requests.
 */
export function verificationsAtOnce(configured: number, cores = availableParallelism()): number {
  return configured > 0 ? configured : Math.max(1, Math.min(MOST_AT_ONCE, cores - 1));
}

/**
 * Hashes and verifies passwords. Only `atOnce` of them run at once; the others wait in their order. The caller limits
 * how many verifications may wait.
 */
export class PasswordHasher {
  private readonly computations: FairGate;
  private readonly hashes = new FairGate(
    HASHES,
    () => new TooManyRequests('Too many passwords wait to be stored; try again in a second'),
  );
  private made = 0;
  private decoy: Promise<string> | undefined;

  constructor(readonly atOnce = verificationsAtOnce(0)) {
    const refuse = () => new TooManyRequests('Too many passwords wait to be checked; try again in a second');
    this.computations = new FairGate({ places: atOnce, ...COMPUTATIONS }, refuse);
  }

  /** Counts the verifications, decoys included. */
  get verifications(): number {
    return this.made;
  }

  /** Describes the queue of passwords that are to be stored. */
  get hashQueue(): GateGauge {
    return this.hashes.gauge;
  }

  /**
   * Hashes a password to store, in its normal form. One is hashed at a time, and users take turns.
   * @param user tells for whom
   * @returns the PHC string, with a fresh salt
   * @throws TooManyRequests when too many wait
   */
  hash(password: string, user = ''): Promise<string> {
    return this.hashes.hold({ group: user, member: user }, () =>
      this.inTurn(async () => (await argon2()).hash(opaqueString(password), OPTIONS)),
    );
  }

  /** Verifies a password in its normal form, at the cost of exactly one verification, even if the hash is damaged. */
  async verify(storedHash: string, password: string): Promise<boolean> {
    const [decoy, { verify }] = await Promise.all([this.decoyHash(), argon2()]);
    return this.inTurn(async () => {
      this.made += 1;
      try {
        return await verify(storedHash, opaqueString(password));
      } catch {
        // The library refuses a malformed hash before it does any work, so the work is done here.
        await verify(decoy, password);
        return false;
      }
    });
  }

  /** Takes as long as a wrong password does, for use if there is no hash to verify against. Always returns false. */
  async verifyDecoy(password: string): Promise<false> {
    await this.verify(await this.decoyHash(), password);
    return false;
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= newDecoy().catch((error: unknown) => {
      this.decoy = undefined;
      throw error;
    });
    return this.decoy;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.computations.hold(undefined, work);
  }
}

async function newDecoy(): Promise<string> {
  const { hash } = await argon2();
  return hash(randomBytes(24).toString('base64'), OPTIONS);
}
