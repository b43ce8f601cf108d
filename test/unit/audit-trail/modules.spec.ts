import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { AuditTrailModule } from '../../../src/audit-trail/audit-trail.module.js';

const ROOT = 'src/audit-trail';

/** Finds the classes of which Nest makes one. */
const PROVIDED = /^@(?:Injectable|Controller)\([^]*?^export class (\w+)/gm;

const folders = readdirSync(ROOT, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isDirectory())
  .map(({ parentPath, name }) => join(parentPath, name));

/** Returns the texts of the modules of a folder, and of its other files. */
function textsOf(folder: string): { modules: string; others: string } {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const joined = (names: readonly string[]) =>
    names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const isModule = (name: string) => name.endsWith('.module.ts');
  return { modules: joined(files.filter(isModule)), others: joined(files.filter((name) => !isModule(name))) };
}

describe('the modules of the audit trail', () => {
  it('are joined by one that provides nothing itself', () => {
    const metadata = (key: string) => (Reflect.getMetadata(key, AuditTrailModule) ?? []) as unknown[];
    expect(metadata(MODULE_METADATA.PROVIDERS)).toEqual([]);
    expect(metadata(MODULE_METADATA.CONTROLLERS)).toEqual([]);
    expect(metadata(MODULE_METADATA.IMPORTS).length).toBeGreaterThan(1);
  });

  it('provide what is in their own folder', () => {
    const provided = folders.flatMap((folder) => {
      const { modules, others } = textsOf(folder);
      return [...others.matchAll(PROVIDED)].map(([, name]) => ({
        name,
        isHere: modules.includes(`${name}`),
      }));
    });
    expect(provided.length).toBeGreaterThan(20);
    expect(provided.filter(({ isHere }) => !isHere)).toEqual([]);
  });
});
