import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CheckpointSigner } from '../../../src/transparency/note/checkpoint-signer.js';
import { isSignedBy, parseCheckpoint } from '../../../src/transparency/note/checkpoint.js';
import { newPrivateKeySeed, privateKeyOf, signEd25519 } from '../../../src/transparency/note/ed25519.js';
import { parseNote, signatureLine, signersOf } from '../../../src/transparency/note/signed-note.js';
import { VerifierKey } from '../../../src/transparency/note/verifier-key.js';
import { sampleOrigin, sampleSigner } from '../../support/sample-log.js';
import { noteVectors } from './vectors.js';

const keyOf = (text: string) => VerifierKey.parse(text)!;

describe('a signed note', () => {
  it.each(noteVectors.verifying)('of $name is verified', ({ verifierKey, note }) => {
    const key = keyOf(verifierKey);
    expect(key.toString()).toBe(verifierKey);
    expect(signersOf(parseNote(note)!, [key])).toEqual([key]);
  });

  const [{ verifierKey, note }, other] = noteVectors.verifying as [
    (typeof noteVectors.verifying)[number],
    (typeof noteVectors.verifying)[number],
  ];
  const [text, signature] = [
    note.slice(0, note.lastIndexOf('\n\n') + 1),
    note.slice(note.lastIndexOf('\n\n') + 2),
  ];

  it('is signed by nobody once any of its characters changes', () => {
    for (let index = 0; index < note.length; index += 1) {
      const changed = `${note.slice(0, index)}${note[index] === 'B' ? 'C' : 'B'}${note.slice(index + 1)}`;
      const parsed = parseNote(changed);
      expect(parsed === undefined ? [] : (signersOf(parsed, [keyOf(verifierKey)]) ?? [])).toEqual([]);
    }
  });

  it('ignores signatures of other keys, and is spoiled by a wrong one of a known key', () => {
    const [key, stranger] = [keyOf(verifierKey), keyOf(other.verifierKey)];
    const strange = other.note.slice(other.note.lastIndexOf('\n\n') + 2);
    expect(signersOf(parseNote(note + strange + signature)!, [key])).toEqual([key]);
    expect(signersOf(parseNote(note)!, [stranger])).toEqual([]);
    expect(signersOf(parseNote(note + strange)!, [key, stranger])).toBeUndefined();
  });

  it.each([
    ['without signatures', text],
    ['with an empty list of them', `${text}\n`],
    ['without a last line feed', note.slice(0, -1)],
    ['with a control character', `\u0001${note}`],
    ['with a lone surrogate', `\ud800${note}`],
    ['with a name of two words', `${text}\n${signature.replace('PeterNeumann', 'Peter Neumann')}`],
    ['with another line', `${note}Unexpected line.\n`],
    ['with a signature of four bytes', `${text}\n\u2014 PeterNeumann x08goA==\n`],
    ['with Base64 of another spelling', `${text}\n${signature.replace('BwJnAM=', 'BwJnAN=')}`],
    ['with 101 signatures', `${text}\n${signature.repeat(101)}`],
  ])('is none %s', (_what, changed) => {
    expect(parseNote(changed)).toBeUndefined();
  });

  it('is made as others make it', () => {
    const { seed, name, verifierKey: text } = noteVectors.signing;
    const key = keyOf(text);
    const message = note.slice(0, note.lastIndexOf('\n\n') + 1);
    const made = signEd25519(Buffer.from(message), privateKeyOf(Buffer.from(seed, 'hex')));
    expect(`${message}\n${signatureLine({ name, keyId: key.id, signature: made })}`).toBe(note);
  });
});

describe('a verifier key', () => {
  it('is none when a part of it is missing or any character differs', () => {
    const text = noteVectors.signing.verifierKey;
    for (let from = 0; from < text.length; from += 1) {
      for (let to = from + 1; to <= text.length; to += 1)
        if (to - from < text.length) expect(VerifierKey.parse(text.slice(from, to))).toBeUndefined();
      const next = String.fromCharCode(text.charCodeAt(from) + 1);
      expect(VerifierKey.parse(text.slice(0, from) + next + text.slice(from + 1))).toBeUndefined();
    }
    for (const bad of noteVectors.badVerifierKeys) expect(VerifierKey.parse(bad)).toBeUndefined();
  });
});

describe('a checkpoint', () => {
  const signer = sampleSigner();
  const head = { origin: sampleOrigin(), size: 2 ** 53 - 1, root: Buffer.alloc(32, 9) };
  const signed = signer.sign(head);

  it('says what was signed, under a key that belongs to its log', () => {
    const checkpoint = parseCheckpoint(signed)!;
    expect(checkpoint).toMatchObject(head);
    expect(isSignedBy(checkpoint, signer.verifierKey(head.origin))).toBe(true);
    expect(isSignedBy(checkpoint, sampleSigner(8).verifierKey(head.origin))).toBe(false);
    const elsewhere = signer.verifierKey(sampleOrigin(undefined, 2));
    expect(isSignedBy(checkpoint, elsewhere)).toBe(false);
    expect(elsewhere.id).not.toEqual(signer.verifierKey(head.origin).id);
    expect(signer.sign(head)).toBe(signed);
  });

  it.each([
    ['an extension line', `${head.origin}\n1\n${'A'.repeat(43)}=\nmore\n`],
    ['a size with a leading zero', `${head.origin}\n01\n${'A'.repeat(43)}=\n`],
    ['a size that no double holds', `${head.origin}\n9007199254740992\n${'A'.repeat(43)}=\n`],
    ['a short root', `${head.origin}\n1\nAAAA\n`],
    ['no origin', `\n1\n${'A'.repeat(43)}=\n`],
    ['no root', `${head.origin}\n1\n`],
  ])('is none with %s', (_what, text) => {
    const [name, keyId] = [head.origin, signer.verifierKey(head.origin).id];
    const signature = signEd25519(Buffer.from(text), privateKeyOf(Buffer.alloc(32, 7)));
    expect(parseCheckpoint(`${text}\n${signatureLine({ name, keyId, signature })}`)).toBeUndefined();
  });

  it('is refused to an origin that is no name, and to a key that cannot sign it', () => {
    for (const origin of ['', 'a+b', 'a b', 'a\nb', 'a\u00a0b', '\ud800'])
      expect(() => signer.sign({ ...head, origin })).toThrow(RangeError);
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(() => new CheckpointSigner(publicKey)).toThrow(RangeError);
    expect(() => new CheckpointSigner(generateKeyPairSync('x25519').privateKey)).toThrow(RangeError);
    expect(() => privateKeyOf(Buffer.alloc(31))).toThrow(RangeError);
  });

  it('can be signed by a new key, of which only 32 bytes are kept', () => {
    const seed = newPrivateKeySeed();
    const made = new CheckpointSigner(privateKeyOf(seed));
    expect(seed).toHaveLength(32);
    expect(isSignedBy(parseCheckpoint(made.sign(head))!, made.verifierKey(head.origin))).toBe(true);
    expect(newPrivateKeySeed()).not.toEqual(seed);
  });
});
