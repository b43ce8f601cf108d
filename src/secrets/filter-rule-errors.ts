import { DomainError } from '../common/domain-error.js';

/** Longer rules are not repeated in the answer, nor those with what could break a line or a terminal. */
const LONGEST_REPEATED = 1_000;
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Clients read which rule it was, and why, from members of their own. */
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
  const text = JSON.stringify(rule);
  const isObject = typeof rule === 'object' && !Array.isArray(rule);
  const repeatable = isObject && text.length <= LONGEST_REPEATED && !UNSAFE.test(text);
  return { err_filter_rule: repeatable ? rule : null, err_reason: reason };
}
