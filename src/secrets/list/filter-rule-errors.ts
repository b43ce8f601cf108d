import { DomainError } from '../../common/domain-error.js';
import { depthProblem } from '../value-schema/schema-bounds.js';

/** Limits the rules that an answer repeats; one with what could break a line or a terminal is not repeated either. */
const LONGEST_REPEATED = 1_000;
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Refuses a rule. Clients read which one it was, and why, from members of their own. */
export class InvalidFilterRule extends DomainError {
  constructor(rule: unknown, reason: string) {
    super(
      'invalid_filter_rule',
      400,
      `The filter rule is not valid: ${reason}`,
      'info',
      {},
      membersOf(rule, reason),
    );
  }
}

function membersOf(rule: unknown, reason: string): Record<string, unknown> {
  return { err_filter_rule: isRepeatable(rule) ? rule : null, err_reason: reason };
}

function isRepeatable(rule: unknown): boolean {
  if (typeof rule !== 'object' || Array.isArray(rule) || depthProblem('it', rule) !== undefined) return false;
  const text = JSON.stringify(rule);
  return text.length <= LONGEST_REPEATED && !UNSAFE.test(text);
}
