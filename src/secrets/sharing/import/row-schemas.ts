import type { SchemaValidator } from '../../value-schema/schema-validator.js';
import { plainValue, type Schema } from '../../secret.js';
import { shareOf } from '../../share-of.js';
import type { ImportedRow, RowErrors } from './imported-row.js';

/** Limits the time for all schemas of an import together, since a caller can make each of them slow. */
const LONGEST_MILLISECONDS = 30_000;

/** Validates rows against the schemas that they contain. */
export class RowSchemas {
  private spent = 0;

  constructor(private readonly validator: SchemaValidator) {}

  /**
   * @returns what is wrong, if anything
   * @throws Busy when too many wait for their turn
   */
  async errorsOf({ tenant, value, schema }: ImportedRow): Promise<RowErrors | undefined> {
    if (schema === null) return undefined;
    if (this.spent > LONGEST_MILLISECONDS)
      return { schema: 'Too costly: import fewer secrets with a schema at once' };
    const parsed = schema.parse() as Schema;
    const { verdict, milliseconds } = await this.validator.timedCheck(
      shareOf(tenant),
      parsed,
      plainValue(value),
    );
    this.spent += milliseconds;
    if (verdict.kind === 'valid') return undefined;
    return verdict.kind === 'invalid'
      ? { value: `Error validating secret value: ${verdict.reason}` }
      : { schema: verdict.reason };
  }
}
