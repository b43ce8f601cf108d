import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../src/common/startup-error.js';
import { readOrCreateRootKeyFile } from '../../../src/crypto/root-key-file.js';
import { RootKeys } from '../../../src/crypto/root-keys.js';

const TEXT = 'root-1:bm90IGEgc2VjcmV0LCBvbmx5IGEgdW5pdCB0ZXN0ISE=\n';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-root-key-'));
  path = join(folder, 'root.key');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (of: string): number => statSync(of).mode & 0o777;

describe('readOrCreateRootKeyFile', () => {
  it('makes a file that only its owner may read, whatever the umask', () => {
    const umask = process.umask(0);
    try {
      expect(readOrCreateRootKeyFile(path, { mayCreate: true }).created).toBe(true);
    } finally {
      process.umask(umask);
    }
    expect(modeOf(path).toString(8)).toBe('600');
  });

  it('makes one pair that parses, and leaves nothing else in the folder', () => {
    const { text } = readOrCreateRootKeyFile(path, { mayCreate: true });
    expect(text).toMatch(/^root-[0-9a-f]{8}:[A-Za-z0-9+/]{43}=\n$/);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(RootKeys.parse(text).ids).toEqual([text.slice(0, 13)]);
    expect(readdirSync(folder)).toEqual(['root.key']);
  });

  it('makes another key each time', () => {
    const texts = ['a', 'b', 'c'].map(
      (name) => readOrCreateRootKeyFile(join(folder, name), { mayCreate: true }).text,
    );
    expect(new Set(texts.map((text) => text.split(':')[0])).size).toBe(3);
    expect(new Set(texts.map((text) => text.split(':')[1])).size).toBe(3);
  });

  it('makes the folder, for its owner only', () => {
    const deep = join(folder, 'data', 'keys');
    readOrCreateRootKeyFile(join(deep, 'root.key'), { mayCreate: true });
    expect(modeOf(deep).toString(8)).toBe('700');
    expect(modeOf(join(folder, 'data')).toString(8)).toBe('700');
  });

  it.each([true, false])('reads what is there and leaves it alone (mayCreate: %j)', (mayCreate) => {
    writeFileSync(path, TEXT, { mode: 0o600 });
    expect(readOrCreateRootKeyFile(path, { mayCreate })).toEqual({ text: TEXT, created: false });
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
  });

  it('drops the byte order mark that an editor adds, and refuses UTF-16', () => {
    writeFileSync(path, `\ufeff${TEXT}`, { mode: 0o600 });
    expect(readOrCreateRootKeyFile(path, { mayCreate: true })).toEqual({ text: TEXT, created: false });
    writeFileSync(path, Buffer.from(`\ufeff${TEXT}`, 'utf16le'));
    const read = () => readOrCreateRootKeyFile(path, { mayCreate: true });
    expect(read).toThrow(new StartupError(`The root key file ${path} is in UTF-16: save it in UTF-8`));
  });

  it('gives the same key at the second start', () => {
    const first = readOrCreateRootKeyFile(path, { mayCreate: true });
    const second = readOrCreateRootKeyFile(path, { mayCreate: true });
    expect(second).toEqual({ text: first.text, created: false });
  });

  it('never makes a file where the database knows a key already', () => {
    expect(() => readOrCreateRootKeyFile(path, { mayCreate: false })).toThrow(StartupError);
    expect(() => readOrCreateRootKeyFile(path, { mayCreate: false })).toThrow(
      `The root key file ${path} is missing, and the database holds what it encrypted: put it back from its backup`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777])('refuses the mode %o', (mode) => {
    writeFileSync(path, TEXT);
    chmodSync(path, mode);
    const refusal = () => readOrCreateRootKeyFile(path, { mayCreate: true });
    expect(refusal).toThrow(StartupError);
    expect(refusal).toThrow(`Others may read the root key file; run: chmod 600 ${path}`);
    expect(modeOf(path)).toBe(mode);
  });

  it.each([0o600, 0o400, 0o700])('takes the mode %o', (mode) => {
    writeFileSync(path, TEXT);
    chmodSync(path, mode);
    expect(readOrCreateRootKeyFile(path, { mayCreate: false }).text).toBe(TEXT);
  });

  it.each([
    ['empty', ''],
    ['a newline', '\n'],
    ['half a pair', TEXT.slice(0, 20)],
    ['a pair whose end is missing', TEXT.slice(0, -3)],
    ['bytes', '\0\ufffd\x01'],
    ['the same pair twice', TEXT + TEXT],
  ])('never replaces a file that is %s, and refuses it', (_what, malformed) => {
    writeFileSync(path, malformed, { mode: 0o600 });
    expect(() => RootKeys.parse(readOrCreateRootKeyFile(path, { mayCreate: true }).text)).toThrow(
      StartupError,
    );
    expect(readFileSync(path, 'utf8')).toBe(malformed);
  });

  it('does not take a folder for a file', () => {
    mkdirSync(path, { mode: 0o700 });
    expect(() => readOrCreateRootKeyFile(path, { mayCreate: true })).toThrow(
      new StartupError(`The root key file ${path} cannot be read: EISDIR`),
    );
  });
});
