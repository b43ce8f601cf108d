import { describe, expect, it } from '@jest/globals';
import { LogKeys, LogKeysError } from '../../../src/transparency/log-keys.js';
import { originText, parseOrigin } from '../../../src/transparency/log-origin.js';
import { parseCheckpoint } from '../../../src/transparency/note/checkpoint.js';
import {
  consistencyProofText,
  parseConsistencyProof,
  provesConsistency,
} from '../../../src/transparency/note/consistency-proof-text.js';
import {
  inclusionProofText,
  parseInclusionProof,
  provesInclusion,
} from '../../../src/transparency/note/inclusion-proof-text.js';
import { proveConsistency } from '../../../src/transparency/tree/consistency-proof.js';
import { proveInclusion } from '../../../src/transparency/tree/inclusion-proof.js';
import { SampleLog, sampleOrigin, sampleSigner } from '../../support/sample-log.js';

const log = SampleLog.of(11);

describe('the text of a proof of inclusion', () => {
  it('is that of tlog-proof, with the event as extra data, and is found changed anywhere', async () => {
    const entry = Buffer.from(log.bodies[4]!);
    const hashes = await proveInclusion(log.nodes, 4, 11);
    const text = inclusionProofText({ entry, index: 4, hashes }, log.checkpoint());
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'c2sp.org/tlog-proof@v1',
      `extra ${entry.toString('base64')}`,
      'index 4',
    ]);
    expect(lines.slice(3, 8)).toEqual([...hashes.map((hash) => hash.toString('base64')), '']);
    expect(text.endsWith(`\n\n${log.checkpoint()}`)).toBe(true);
    const key = log.signer.verifierKey(log.origin);
    const holds = (given: string) => {
      const proof = parseInclusionProof(given);
      if (proof === undefined || !provesInclusion(proof)) return false;
      return key.verifies(
        Buffer.from(proof.checkpoint.note.text),
        proof.checkpoint.note.signatures[0]!.signature,
      );
    };
    expect(holds(text)).toBe(true);
    const end = text.indexOf('\u2014');
    for (let index = 0; index < end; index += 1) {
      const changed = text[index] === 'B' ? 'C' : 'B';
      expect(holds(text.slice(0, index) + changed + text.slice(index + 1))).toBe(false);
    }
    expect(holds(lines.filter((_line, index) => index !== 3).join('\n'))).toBe(false);
  });
});

describe('the text of a proof of consistency', () => {
  it('is what a witness is sent, and proves its checkpoint from one older one only', async () => {
    const older = parseCheckpoint(log.checkpoint(6))!;
    const hashes = await proveConsistency(log.nodes, 6, 11);
    const text = consistencyProofText(6, hashes, log.checkpoint());
    const encoded = hashes.map((hash) => `${hash.toString('base64')}\n`).join('');
    expect(text).toBe(`old 6\n${encoded}\n${log.checkpoint()}`);
    const proof = parseConsistencyProof(text)!;
    expect(provesConsistency(older, proof)).toBe(true);
    expect(provesConsistency({ ...older, size: 7 }, proof)).toBe(false);
    expect(provesConsistency({ ...older, origin: sampleOrigin(undefined, 2) }, proof)).toBe(false);
    expect(
      provesConsistency(parseCheckpoint(SampleLog.of(6, sampleOrigin(undefined, 3)).checkpoint())!, proof),
    ).toBe(false);
    expect(provesConsistency({ ...older, root: Buffer.alloc(32) }, proof)).toBe(false);
    for (const bad of [
      text.replace('old 6', 'old 06'),
      text.replace('old 6\n', ''),
      `old 6\n${log.checkpoint()}`,
    ])
      expect(parseConsistencyProof(bad)).toBeUndefined();
    expect(
      parseConsistencyProof(`old 6\n${`${'A'.repeat(43)}=\n`.repeat(65)}\n${log.checkpoint()}`),
    ).toBeUndefined();
  });

  it('is empty from no event on', async () => {
    const text = consistencyProofText(0, await proveConsistency(log.nodes, 0, 11), log.checkpoint());
    expect(text).toBe(`old 0\n\n${log.checkpoint()}`);
    expect(provesConsistency(parseCheckpoint(log.checkpoint(0))!, parseConsistencyProof(text)!)).toBe(true);
  });
});

describe('an origin', () => {
  it('names installation, log and epoch, and nothing else', () => {
    for (const epoch of [1, 2, 9, 10, 999_999_999]) {
      const text = sampleOrigin(undefined, epoch);
      expect(parseOrigin(text)?.epoch).toBe(epoch);
      expect(originText(parseOrigin(text)!)).toBe(text);
    }
    const [one] = [sampleOrigin()];
    for (const bad of [
      `${one}/1`,
      `${one}/02`,
      `${one}/`,
      one.toUpperCase(),
      one.slice(1),
      `${one}/1000000000`,
      '',
    ])
      expect(parseOrigin(bad)).toBeUndefined();
  });
});

describe('the keys of logs', () => {
  const [first, second] = [sampleSigner(1), sampleSigner(2)];
  const own = (from: number, signer = first) => log.keyLine(from, signer);

  it('sign from one size on, until the next one does', () => {
    const keys = LogKeys.parse(`# keys\n\n${own(5, second)}${own(0).replace('\n', '\r\n')}`);
    const idAt = (size: number) => keys.keyFor(log.origin, size)?.toString();
    expect([0, 4, 5, 99].map(idAt)).toEqual(
      [first, first, second, second].map((signer) => signer.verifierKey(log.origin).toString()),
    );
    expect(LogKeys.parse(own(5)).keyFor(log.origin, 4)).toBeUndefined();
    expect(keys.keyFor(sampleOrigin(undefined, 2), 4)).toBeUndefined();
    expect([keys.has(log.origin), keys.has(sampleOrigin(undefined, 2))]).toEqual([true, false]);
  });

  it.each([
    ['a line without a size', own(0).replace(' 0', ''), 'line 1 '],
    ['a line with a wrong size', `${own(0)}${own(0, second).replace(' 0', ' 01')}`, 'line 2 '],
    ['a line with a changed key', own(0).replace('+A', '+B'), 'line 1 '],
    ['two keys from the same size on', `${own(0)}${own(0, second)}`, 'line 2 '],
    ['nothing', '# no keys\n', 'no keys'],
  ])('are refused with %s', (_what, text, where) => {
    expect(() => LogKeys.parse(text)).toThrow(LogKeysError);
    expect(() => LogKeys.parse(text)).toThrow(where);
  });
});
