import type { Comparison } from '../../audit-trail/compare/table-comparison.js';
import { DIFFERENCES, type Difference } from '../../audit-trail/compare/difference.js';
import { printable } from '../../common/printable.js';
import type { Output } from '../output/output.js';
import { counted } from './verification-output.js';

const LONGEST_KEY = 256;

interface Shown {
  readonly isVerbose: boolean;
  /** True if the values were opened. */
  readonly hasOpened: boolean;
}

/** Returns what a comparison of the tables with the audit trail prints. */
export function comparisonOutput(comparison: Comparison, shown: Shown): Output {
  const { tenants, secrets, events, differences, isCut } = comparison;
  const json = jsonOf(comparison, shown);
  const compared = `${counted(secrets, 'secret')} of ${counted(tenants, 'tenant')} with ${counted(events, 'event')}`;
  const remarks = remarksOn(comparison, shown);
  if (differences.length === 0) {
    const agrees = `The tables agree with the audit trail: compared ${compared}.`;
    return { json, text: textOf([agrees, ...remarks]), quiet: [] };
  }
  const found = `${isCut ? 'more than ' : ''}${counted(differences.length, 'difference')}`;
  const more = isCut ? ['- There are more differences, which are not listed.'] : [];
  return {
    ...{ json, text: textOf([...differences.map(differenceLine), ...more, ...remarks]) },
    quiet: differences.map(({ secretId, eventId }) => secretId ?? eventId ?? '-'),
    exit: 'failed',
    problem: `DIFFERENT: ${found} from the audit trail; compared ${compared}.`,
  };
}

function jsonOf(comparison: Comparison, { isVerbose, hasOpened }: Shown): object {
  const { tenants, secrets, events, systemEvents, unsealed, differences } = comparison;
  const { isCut, notProvable, listedNotProvable } = comparison;
  return {
    agrees: differences.length === 0,
    ...{ tenants, secrets, events, system_events: systemEvents },
    ...{ unsealed_events: unsealed, values_opened: hasOpened },
    differences: differences.map(({ kind, tenant, key, secretId, version, eventId, remark }) => ({
      ...{ kind, tenant, key: key ?? null, secret_id: secretId ?? null, version: version ?? null },
      ...{ event_id: eventId ?? null, problem: DIFFERENCES[kind], remark: remark ?? null },
    })),
    more_differences: isCut,
    not_provable: notProvable,
    ...(isVerbose && {
      not_provable_secrets: listedNotProvable.map(({ tenant, key, secretId }) => ({
        ...{ tenant, key, secret_id: secretId },
      })),
    }),
  };
}

/** Returns what the comparison does not tell. */
function remarksOn(
  { systemEvents, unsealed, notProvable, listedNotProvable }: Comparison,
  { isVerbose, hasOpened }: Shown,
): string[] {
  const [verb, pronoun] = unsealed === 1 ? ['is', 'it'] : ['are', 'them'];
  const remarks: string[] = [];
  if (systemEvents !== null)
    remarks.push(`It also read ${counted(systemEvents, 'event')} of the system's log.`);
  if (unsealed > 0)
    remarks.push(
      `${counted(unsealed, 'event')} of these ${verb} not sealed yet, so only what the database says of ${pronoun} counts.`,
    );
  if (notProvable > 0)
    remarks.push(
      `${counted(notProvable, 'secret')} cannot be proved: the events that made them are no longer kept, or not sealed yet.`,
    );
  if (isVerbose)
    for (const { tenant, key } of listedNotProvable)
      remarks.push(`- not provable: tenant ${printable(tenant)}, key ${printable(key, LONGEST_KEY)}`);
  if (!hasOpened)
    remarks.push('The values were not opened: give the root keys to find values that were exchanged.');
  return remarks;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function differenceLine({ kind, tenant, key, version, secretId, eventId, remark }: Difference): string {
  const place = [
    tenant === null ? 'no tenant' : `tenant ${printable(tenant)}`,
    ...(key === null || key === undefined ? [] : [`key ${printable(key, LONGEST_KEY)}`]),
    ...(version === null || version === undefined ? [] : [`version ${version}`]),
    ...(secretId === null || secretId === undefined ? [] : [`secret ${secretId}`]),
    ...(eventId === null || eventId === undefined ? [] : [`event ${eventId}`]),
  ];
  const more = remark === null || remark === undefined ? '' : ` (${printable(remark, LONGEST_KEY)})`;
  return `- ${place.join(', ')}: ${DIFFERENCES[kind]}${more}.`;
}
