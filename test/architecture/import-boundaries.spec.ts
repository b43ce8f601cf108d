import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Report {
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
}

describe('the order of imports', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-boundaries-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json', 'src'])
      cpSync(file, join(folder, file), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Returns the rules that are violated once these files exist. */
  function broken(files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const bin = resolve('node_modules/.bin/depcruise');
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'];
    const { stdout } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
    for (const name of Object.keys(files)) rmSync(join(folder, name));
    const { summary } = JSON.parse(stdout) as Report;
    return [...new Set(summary.violations.map(({ rule }) => rule.name))];
  }

  it('holds for what is there', () => {
    expect(broken({})).toEqual([]);
  });

  it.each([
    ['common-points-left', { 'src/common/planted.ts': "import '../secrets/secrets.service.js';" }],
    ['crypto-points-left', { 'src/crypto/planted.ts': "import '../database/batcher.js';" }],
    [
      'database-points-left',
      { 'src/database/planted.ts': "export type * from '../secrets/secret.entity.js';" },
    ],
    [
      'secrets-and-its-siblings',
      { 'src/administration/planted.ts': "import '../secrets/secrets.service.js';" },
    ],
    ['no-cycles', { 'src/common/one.ts': "import './two.js';", 'src/common/two.ts': "import './one.js';" }],
    ['known-layer', { 'src/utils/planted.ts': "import '../common/ids.js';" }],
    ['migrations-stand-alone', { 'src/database/migrations/planted.ts': "import '../batcher.js';" }],
    [
      'migrations-stand-alone',
      { 'src/database/migrations/planted.ts': "import '../schema/create-tables.js';" },
    ],
    [
      'baseline-runs-the-schema',
      { 'src/database/migrations/1-planted-baseline.ts': "import '../batcher.js';" },
    ],
    ['no-development-package', { 'src/api/planted.ts': "import 'fast-check';" }],
  ])('is held by %s', (rule, files) => {
    expect(broken(files)).toContain(rule);
  });
});
