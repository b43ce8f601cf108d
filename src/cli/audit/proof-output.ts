import type { ProofReport } from '../../audit-trail/verify/verify-proof.js';
import { escapeUnsafe, printable } from '../../common/printable.js';
import type { Output } from '../output/output.js';
import { counted } from './verification-output.js';

const LONGEST_PROBLEM = 4_096;

/** Returns what the verification of a proof prints. */
export function proofOutput(name: string, report: ProofReport | string): Output {
  if (typeof report === 'string') {
    const problem = `NOT PROVED: ${name} proves nothing. ${printable(report, LONGEST_PROBLEM)}.`;
    return { json: { proved: false, problem: report }, text: '', quiet: [], exit: 'failed', problem };
  }
  const { head, verifierKey, event, olderSizes } = report;
  const root = head.root.toString('base64');
  const tree = `the log ${head.origin} of ${counted(head.size, 'event')}, whose root ${root} is signed by ${verifierKey}`;
  const sentences =
    event === undefined
      ? [
          `Proved: ${tree}, begins with the ${counted(olderSizes[0] ?? 0, 'event')} of the older checkpoint, unchanged.`,
        ]
      : [`Proved: this is event ${event.index + 1} of ${tree}:`, escapeUnsafe(event.body.toString())];
  return {
    json: {
      ...{ proved: true, origin: head.origin, size: head.size, root, verifier_key: verifierKey },
      event: event === undefined ? null : { number: event.index + 1, body: event.body.toString() },
      older_checkpoints: olderSizes,
    },
    text: sentences.map((sentence) => `${sentence}\n`).join(''),
    quiet: [],
  };
}
