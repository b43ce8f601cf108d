import { base64, readBase64 } from '../base64.js';
import { leafHash } from '../tree/hash.js';
import { isIncluded } from '../tree/inclusion-proof.js';
import { readTreeSize } from '../tree/tree-size.js';
import { parseCheckpoint, type Checkpoint } from './checkpoint.js';
import { hashLines, readHashes, splitProof } from './proof-text.js';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

/** Matches the lines before the hashes. */
const HEAD = new RegExp(`^${FIRST_LINE.replaceAll('.', '\\.')}\nextra (\\S*)\nindex (\\d+)$`);

/** Holds a proof of C2SP tlog-proof that a log has an entry. */
export interface InclusionProof {
  /** The exact bytes of the entry, as the extra data of the format. */
  readonly entry: Buffer;
  readonly index: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: Checkpoint;
}

/** Returns the text of a proof. It carries the entry, so that one file proves it. */
export function inclusionProofText(
  { entry, index, hashes }: Omit<InclusionProof, 'checkpoint'>,
  checkpoint: string,
): string {
  return `${FIRST_LINE}\nextra ${base64(entry)}\nindex ${index}\n${hashLines(hashes)}\n${checkpoint}`;
}

/** Tells whether a text begins as a proof of inclusion does. */
export function isInclusionProofText(text: string): boolean {
  return text.startsWith(`${FIRST_LINE}\n`);
}

/** Returns the proof that a text is; undefined for any other text, and for a proof that does not carry its entry. */
export function parseInclusionProof(text: string): InclusionProof | undefined {
  const { lines = [], checkpoint: note = '' } = splitProof(text) ?? {};
  const [, encoded, decimal = ''] = HEAD.exec(lines.slice(0, 3).join('\n')) ?? [];
  const [entry, index] = [encoded === undefined ? undefined : readBase64(encoded), readTreeSize(decimal)];
  const [hashes, checkpoint] = [readHashes(lines.slice(3)), parseCheckpoint(note)];
  return entry === undefined || index === undefined || hashes === undefined || checkpoint === undefined
    ? undefined
    : { entry, index, hashes, checkpoint };
}

/** Tells whether a proof leads from the entry to the root of its checkpoint, whose signature is not looked at. */
export function provesInclusion({ entry, index, hashes, checkpoint }: InclusionProof): boolean {
  return isIncluded(leafHash(entry), index, checkpoint, hashes);
}
