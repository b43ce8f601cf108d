import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findRootKeys } from '../../../src/bootstrap/root-key-source.js';
import type { Configuration } from '../../../src/config/configuration.js';

const GIVEN = `given:${randomBytes(32).toString('base64')}`;
const FILED = `filed:${randomBytes(32).toString('base64')}\n`;

describe('findRootKeys', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'strongroom-root-key-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const idsOf = (settings: Partial<Configuration>) =>
    findRootKeys({ nodeEnv: 'test', dataDir, ...settings } as Configuration)?.ids;
  const file = (mode = 0o600) => writeFileSync(join(dataDir, 'root.key'), FILED, { mode });

  it('prefers the configuration', () => {
    file();
    expect(idsOf({ rootKeys: GIVEN })).toEqual(['given']);
  });

  it('takes the file beside the embedded database, and makes none', () => {
    expect(idsOf({})).toBeUndefined();
    expect(readdirSync(dataDir)).toEqual([]);
    file();
    expect(idsOf({})).toEqual(['filed']);
  });

  it('looks for no file where the database is elsewhere', () => {
    file();
    expect(idsOf({ databaseUrl: 'postgres://localhost/x' })).toBeUndefined();
  });

  it('refuses a file that others may read', () => {
    file(0o644);
    expect(() => idsOf({})).toThrow('Others may read the root key file');
  });
});
