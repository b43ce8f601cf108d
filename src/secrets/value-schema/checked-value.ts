import { BadParameters, Conflict } from '../../common/errors.js';
import type { Share } from '../../common/turn-queue.js';
import type { SchemaValidator, Verdict } from './schema-validator.js';
import type { Schema } from '../secret.js';

interface SecretWithSchema {
  readonly id: string;
  readonly schema: Schema;
}

/**
 * Holds the value of a request, and remembers the verdicts of the schemas that it was checked against. Checking may
 * take a while, and a secret's schema never changes, so a verdict remains valid however often the change is decided
 * again.
 */
export class CheckedValue {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(
    private readonly validator: SchemaValidator,
    private readonly share: Share,
    private readonly value: unknown,
  ) {}

  /**
   * @returns the error if the value does not match the secret's schema, otherwise undefined
   * @throws BadParameters for a schema that cannot be used with it
   */
  async mismatchWith({ id, schema }: SecretWithSchema): Promise<Conflict | undefined> {
    const verdict = this.verdicts.get(id) ?? (await this.verdictBy(schema));
    this.verdicts.set(id, verdict);
    return mismatch(verdict);
  }

  /** Returns the same for a schema that no secret has yet. */
  async mismatchBy(schema: Schema): Promise<Conflict | undefined> {
    return mismatch(await this.verdictBy(schema));
  }

  private verdictBy(schema: Schema): Promise<Verdict> {
    return this.validator.check(this.share, schema, this.value);
  }
}

/** Returns the error for a verdict. Clients match the beginning of its text. */
function mismatch(verdict: Verdict): Conflict | undefined {
  if (verdict.kind === 'unusable') throw new BadParameters(verdict.reason);
  return verdict.kind === 'invalid'
    ? new Conflict(`Error validating secret value: ${verdict.reason}`)
    : undefined;
}
