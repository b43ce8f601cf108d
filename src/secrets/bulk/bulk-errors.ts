import { DomainError } from '../../common/domain-error.js';
import { BadParameters, TooCostly } from '../../common/errors.js';
import { shortList } from '../../common/names/short-list.js';
import type { Labels } from '../labels/labels.js';
import type { BulkRow, BulkSelection } from './bulk-reads.repository.js';

/** Tells of a secret that stands in the way of a read. */
interface RefusedRead {
  readonly key: string;
  readonly outcome: string;
}

/** Refuses a request that is all or nothing, because of some of its secrets (RFC 9110, section 15.5.21). */
export class BulkRefused extends DomainError {
  /** @param items tells of each secret that stands in the way; never of its value */
  constructor(message: string, items: readonly object[]) {
    super('bulk_refused', 422, message, 'info', {}, { items });
  }
}

/** Limits the secrets of one bulk request. */
export const MOST_SECRETS = 500;

/** Refuses a read that is all or nothing since some secrets cannot be given. */
export function notAllGiven(unfit: readonly Pick<BulkRow, 'key' | 'outcome'>[]): BulkRefused {
  const reasons = [
    reason('not_found', 'you see no secret with these keys:', unfit),
    reason('hidden', 'the values of these are hidden from you:', unfit),
    reason('expired', 'these have expired:', unfit),
  ];
  const told = reasons.filter((text) => text !== undefined).join('; ');
  return new BulkRefused(
    `No secret was given, since ${told}; leave these out, or use the format \`items\`, which tells of each secret what came of it`,
    unfit.map(({ key, outcome }): RefusedRead => ({ key, outcome })),
  );
}

function reason(
  outcome: BulkRow['outcome'],
  words: string,
  unfit: readonly Pick<BulkRow, 'key' | 'outcome'>[],
): string | undefined {
  const keys = unfit.filter((row) => row.outcome === outcome).map(({ key }) => key);
  return keys.length === 0 ? undefined : `${words} ${shortList(keys)}`;
}

/** Refuses a read that is all or nothing since a prefix or labels select nothing. */
export function nothingSelected(selection: Exclude<BulkSelection, { readonly kind: 'keys' }>): BulkRefused {
  const why =
    selection.kind === 'prefix'
      ? `no key that you see begins with \`${selection.prefix}\`; check the prefix and the tenant`
      : `no secret that you see has what \`label\` asks for, ${listed(selection.labels)}; check it and the tenant`;
  return new BulkRefused(`No secret was given, since ${why}`, []);
}

function listed(labels: Labels): string {
  return shortList(Object.entries(labels).map(([name, value]) => `${name}=${value}`));
}

/** Refuses a read that is all or nothing since it is too much for one answer. */
export function tooMuchForOneAnswer(): TooCostly {
  return new TooCostly(
    `Together the secrets are more than ${MOST_SECRETS}, or larger than 8 MiB; select fewer, or read them page by page with ` +
      'the format `items`',
  );
}

/** Refuses a list that has a key twice. */
export function keyTwice(field: string, key: string): BadParameters {
  return new BadParameters(`\`${field}\` has the key \`${key}\` more than once; name each key once`);
}
