import { base64, readBase64 } from '../base64.js';
import { isKeyName } from './key-name.js';
import type { VerifierKey } from './verifier-key.js';

/** Holds a signature of a note, by whomever. */
export interface NoteSignature {
  readonly name: string;
  /** The key id, 4 bytes. */
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

/** Holds a note of C2SP signed-note: a text, which ends with a line feed, and who signed it. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Limits a note, in characters, and its signatures. */
const MOST_CHARACTERS = 65_536;
const MOST_SIGNATURES = 100;

const KEY_ID_BYTES = 4;

const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/;

/** Returns the note that a text is, whoever signed it; undefined where it is none. Nothing is verified. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > MOST_CHARACTERS || CONTROL.test(note) || !note.isWellFormed()) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures = lines.map(parseSignature).filter((one) => one !== undefined);
  if (signatures.length !== lines.length || lines.length > MOST_SIGNATURES) return undefined;
  return { text: note.slice(0, split + 1), signatures };
}

/**
 * Returns the keys that signed a note. Signatures of other keys are ignored, as the format demands, but one of these
 * keys that does not verify spoils the note.
 * @returns undefined for a spoiled note
 */
export function signersOf(note: SignedNote, keys: readonly VerifierKey[]): VerifierKey[] | undefined {
  const message = Buffer.from(note.text);
  const signers = new Set<VerifierKey>();
  for (const { name, keyId, signature } of note.signatures)
    for (const key of keys)
      if (key.name === name && key.id.equals(keyId)) {
        if (!key.verifies(message, signature)) return undefined;
        signers.add(key);
      }
  return [...signers];
}

/** Returns the line that says who signed. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  return `\u2014 ${name} ${base64(Buffer.concat([keyId, signature]))}\n`;
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = readBase64(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}
