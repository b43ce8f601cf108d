import { base64, readBase64 } from '../base64.js';
import { HASH_BYTES } from '../tree/hash.js';
import { readTreeSize } from '../tree/tree-size.js';
import { parseNote, signersOf, type SignedNote } from './signed-note.js';
import type { VerifierKey } from './verifier-key.js';

/** Matches what is signed: origin, size and root, each on a line. */
const TEXT = /^([^\n]+)\n(\d+)\n([^\n]+)\n$/;

/** Holds what a log states with a checkpoint: that its first `size` entries have this root. */
export interface TreeHead {
  /** Identifies the log. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** Holds a checkpoint of C2SP tlog-checkpoint, of which nothing is verified yet. */
export interface Checkpoint extends TreeHead {
  readonly note: SignedNote;
}

/** Returns the text of a checkpoint, which is what is signed. It has no extension lines. */
export function checkpointText({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/** Returns the checkpoint that a text is; undefined for any other text, and for one with extension lines. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const note = parseNote(text);
  const [, origin = '', decimal = '', encoded = ''] = TEXT.exec(note?.text ?? '') ?? [];
  const [size, root] = [readTreeSize(decimal), readBase64(encoded)];
  if (note === undefined || size === undefined || root?.length !== HASH_BYTES) return undefined;
  return { origin, size, root, note };
}

/** Tells whether that key signed a checkpoint under the name of the log. */
export function isSignedBy({ origin, note }: Checkpoint, key: VerifierKey): boolean {
  return key.name === origin && signersOf(note, [key])?.length === 1;
}
