import type { DomainError } from '../../common/domain-error.js';
import { maskTokens } from '../../common/mask-tokens.js';
import { printable } from '../../common/printable.js';
import { BulkRefused } from './bulk-errors.js';

/** Tells of a write that stands in the way of all. */
export interface RefusedWrite {
  readonly index: number;
  readonly key: string | undefined;
  /** Gives the error with which a single write would be answered. */
  readonly error: DomainError;
}

/** Limits the items that the message names; the body tells of all. */
const MOST_NAMED = 3;

/** Refuses a write that is all or nothing since some of its secrets cannot be written. */
export function notAllWritten(refused: readonly RefusedWrite[], count: number): BulkRefused {
  const named = refused.slice(0, MOST_NAMED).map(({ index, key, error }) => {
    const name = key === undefined ? '' : ` (\`${printable(key)}\`)`;
    return `\`items[${index}]\`${name}: ${error.message}`;
  });
  const more = refused.length > MOST_NAMED ? `; and ${refused.length - MOST_NAMED} more` : '';
  return new BulkRefused(
    `Nothing was written, since ${refused.length} of ${count} secrets cannot be: ${named.join('; ')}${more}`,
    refused.map(({ index, key, error }) => ({ index, key: key ?? null, error: toItemError(error) })),
  );
}

/** Returns the error of one item, with what a single write would be answered. */
export function toItemError({ status, code, message, members }: DomainError): {
  readonly status: number;
  readonly error_code: string;
  readonly message: string;
} {
  return { status, error_code: code, message: maskTokens(message), ...members };
}
