import type { LogKeys } from '../../transparency/log-keys.js';
import type { Checkpoint, TreeHead } from '../../transparency/note/checkpoint.js';
import { isSignedBy } from '../../transparency/note/checkpoint.js';
import {
  isConsistencyProofText,
  parseConsistencyProof,
  provesConsistency,
} from '../../transparency/note/consistency-proof-text.js';
import {
  isInclusionProofText,
  parseInclusionProof,
  provesInclusion,
} from '../../transparency/note/inclusion-proof-text.js';

/** Says what a proof shows. */
export interface ProofReport {
  /** The tree that the signed checkpoint of the proof is of. */
  readonly head: TreeHead;
  /** The text of the key that signed it. */
  readonly verifierKey: string;
  /** The event that the tree has, and its index, from 0; undefined for a proof of consistency. */
  readonly event: { readonly index: number; readonly body: Buffer } | undefined;
  /** The sizes of the older checkpoints that the tree continues. */
  readonly olderSizes: readonly number[];
}

/** Limits a proof, in bytes; it carries an event and a checkpoint. */
export const MOST_PROOF_BYTES = 4_194_304;

/** Tells whether a text begins as a proof does, and not as an export. */
export function isProof(beginning: string): boolean {
  return isInclusionProofText(beginning) || isConsistencyProofText(beginning);
}

/**
 * Verifies a proof that a log has an event, or that it continues older checkpoints.
 * @param older checkpoints that somebody kept, whose signatures were verified
 * @returns a text that says what is wrong, where it proves nothing
 */
export function verifyProof(text: string, keys: LogKeys, older: readonly TreeHead[]): ProofReport | string {
  return isInclusionProofText(text) ? verifyInclusion(text, keys) : verifyConsistency(text, keys, older);
}

function verifyInclusion(text: string, keys: LogKeys): ProofReport | string {
  const proof = parseInclusionProof(text);
  if (proof === undefined) return 'It is no proof of an event: it was changed or cut off';
  const { entry, index, checkpoint } = proof;
  const key = keyOf(checkpoint, keys);
  if (typeof key === 'string') return key;
  return provesInclusion(proof)
    ? { head: checkpoint, verifierKey: key.text, event: { index, body: entry }, olderSizes: [] }
    : 'It does not lead from the event to the signed root: the event or the proof was changed';
}

function verifyConsistency(text: string, keys: LogKeys, older: readonly TreeHead[]): ProofReport | string {
  const proof = parseConsistencyProof(text);
  if (proof === undefined) return 'It is no proof of consistency: it was changed or cut off';
  const key = keyOf(proof.checkpoint, keys);
  if (typeof key === 'string') return key;
  const { origin } = proof.checkpoint;
  const head = older.find((one) => one.origin === origin && one.size === proof.oldSize);
  if (head === undefined)
    return `It continues the checkpoint of ${proof.oldSize} events of ${origin}: give that one`;
  return provesConsistency(head, proof)
    ? { head: proof.checkpoint, verifierKey: key.text, event: undefined, olderSizes: [proof.oldSize] }
    : `The signed root does not continue the older checkpoint of ${proof.oldSize} events: one of them was changed, or the proof`;
}

function keyOf(checkpoint: Checkpoint, keys: LogKeys): { readonly text: string } | string {
  const { origin, size } = checkpoint;
  const key = keys.keyFor(origin, size);
  if (key === undefined) return `The keys have none that signs size ${size} of the log ${origin}`;
  return isSignedBy(checkpoint, key)
    ? { text: key.toString() }
    : `Its checkpoint is not signed by the key ${key.id.toString('hex')} of the log`;
}
