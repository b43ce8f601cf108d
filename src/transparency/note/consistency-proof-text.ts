import { isConsistent } from '../tree/consistency-proof.js';
import { readTreeSize } from '../tree/tree-size.js';
import { parseCheckpoint, type Checkpoint, type TreeHead } from './checkpoint.js';
import { hashLines, readHashes, splitProof } from './proof-text.js';

/** Holds a proof that a checkpoint continues one that somebody kept. */
export interface ConsistencyProof {
  readonly oldSize: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
}

/** Returns the text of a proof, in the form in which C2SP tlog-witness submits a checkpoint to a witness. */
export function consistencyProofText(
  oldSize: number,
  hashes: readonly Uint8Array[],
  checkpoint: string,
): string {
  return `old ${oldSize}\n${hashLines(hashes)}\n${checkpoint}`;
}

/** Tells whether a text begins as a proof of consistency does. */
export function isConsistencyProofText(text: string): boolean {
  return text.startsWith('old ');
}

/** Returns the proof that a text is; undefined for any other text. */
export function parseConsistencyProof(text: string): ConsistencyProof | undefined {
  const { lines = [], checkpoint: note = '' } = splitProof(text) ?? {};
  const [first = '', ...rest] = lines;
  const oldSize = first.startsWith('old ') ? readTreeSize(first.slice('old '.length)) : undefined;
  const [hashes, checkpoint] = [readHashes(rest), parseCheckpoint(note)];
  if (oldSize === undefined || hashes === undefined || checkpoint === undefined) return undefined;
  return { oldSize, hashes, checkpoint };
}

/** Tells whether a proof shows that its checkpoint has all that the older head has. Signatures are not looked at. */
export function provesConsistency(
  older: TreeHead,
  { oldSize, hashes, checkpoint }: ConsistencyProof,
): boolean {
  const isOfThese = older.size === oldSize && older.origin === checkpoint.origin;
  return isOfThese && isConsistent(older, checkpoint, hashes);
}
