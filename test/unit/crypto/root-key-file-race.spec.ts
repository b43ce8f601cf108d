import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

/** Simulates another start that creates its file between this one's check and its own attempt. */
jest.unstable_mockModule('node:fs', () => ({ ...fs, existsSync: () => false }));
const { readOrCreateRootKeyFile } = await import('../../../src/crypto/root-key-file.js');

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'strongroom-root-key-'));
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('two starts at once', () => {
  it('agree on the key of the one that came first', () => {
    const path = join(folder, 'root.key');
    const first = readOrCreateRootKeyFile(path, { mayCreate: true });
    const second = readOrCreateRootKeyFile(path, { mayCreate: true });
    expect(first.created).toBe(true);
    expect(second).toEqual({ text: first.text, created: false });
    expect(fs.readFileSync(path, 'utf8')).toBe(first.text);
    expect(fs.readdirSync(folder)).toEqual(['root.key']);
  });
});
