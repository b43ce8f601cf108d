import type { JsonText } from '../../api/json/json-text.js';
import { BadParameters, Conflict } from '../../common/errors.js';
import type { Share } from '../../common/turns/turn-queue.js';
import type { SecretValue } from '../../crypto/secret-value.js';
import type { SchemaValidator, Verdict } from './schema-validator.js';
import { plainValue, type Schema } from '../secret.js';

interface SecretWithSchema {
  readonly id: string;
  readonly schema: JsonText;
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
    private readonly value: SecretValue | undefined,
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
  async mismatchBy(schema: JsonText): Promise<Conflict | undefined> {
    return mismatch(await this.verdictBy(schema));
  }

  private verdictBy(schema: JsonText): Promise<Verdict> {
    const value = this.value && plainValue(this.value);
    return this.validator.check(this.share, schema.parse() as Schema, value);
  }
}

/** Returns the error for a verdict. Clients match the beginning of its text. */
function mismatch(verdict: Verdict): Conflict | undefined {
  if (verdict.kind === 'unusable') throw new BadParameters(verdict.reason);
  return verdict.kind === 'invalid'
    ? new Conflict(`Error validating secret value: ${verdict.reason}`)
    : undefined;
}
