import { BadParameters, Conflict } from '../common/errors.js';
import type { SchemaValidator, Verdict } from './schema-validator.js';
import type { Schema } from './stored-secret.js';

interface SecretWithSchema {
  readonly id: string;
  readonly schema: Schema;
}

/** Ends a transaction that came to a schema which the value has not been held against. */
class Unchecked extends Error {
  constructor(readonly secret: SecretWithSchema) {
    super('The value is not checked yet');
  }
}

/**
 * A value that a request brings, and what is known of it against the schemas of secrets. Checking may take a while, so
 * it is done outside of transactions: nobody waits with a row locked. A secret's schema never changes, so a verdict on
 * it holds however often the work is done again.
 */
export class CheckedValue {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(
    private readonly validator: SchemaValidator,
    private readonly tenantId: string,
    private readonly value: unknown,
  ) {}

  /** Does `work`, and again after each schema that it comes to. It must leave nothing behind when it throws. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Unchecked)) throw error;
        const { id, schema } = error.secret;
        this.verdicts.set(id, await this.verdictBy(schema));
      }
    }
  }

  /**
   * Within `during`.
   * @returns why the value does not fit, if so
   * @throws BadParameters for a schema that cannot be used with it
   */
  mismatchWith(secret: SecretWithSchema): Conflict | undefined {
    const verdict = this.verdicts.get(secret.id);
    if (verdict === undefined) throw new Unchecked(secret);
    return mismatch(verdict);
  }

  /** The same for a schema that no secret has yet. */
  async mismatchBy(schema: Schema): Promise<Conflict | undefined> {
    return mismatch(await this.verdictBy(schema));
  }

  private verdictBy(schema: Schema): Promise<Verdict> {
    return this.validator.check(this.tenantId, schema, this.value);
  }
}

/** Clients match how the text begins. */
function mismatch(verdict: Verdict): Conflict | undefined {
  if (verdict.kind === 'unusable') throw new BadParameters(verdict.reason);
  return verdict.kind === 'invalid'
    ? new Conflict(`Error validating secret value: ${verdict.reason}`)
    : undefined;
}
