import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';

const IMPORT = /^(?:import|export)(?! type)\b[^;]*?from '([^']+)';/gms;

/** Returns the packages that a file loads before anything is called, through all its imports. */
function packagesOf(first: string): string[] {
  const files = new Set([first]);
  const packages = new Set<string>();
  for (const file of files)
    for (const [statement, path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const onlyTypes = /^\w+ \{(?:\s*type \w+,?)+\s*\}/.test(statement);
      if (onlyTypes || path.startsWith('node:')) continue;
      if (path.startsWith('.')) files.add(join(dirname(file), path).replace(/\.js$/, '.ts'));
      else packages.add(path);
    }
  return [...packages];
}

it('help and completion load nothing of the service, so that they answer at once', () => {
  expect(packagesOf('src/cli/main.ts')).toEqual(['commander']);
  expect(packagesOf('src/cli/completion/completion.ts')).toEqual([]);
});

it('verifying the audit trail loads no package, so that it needs no installation', () => {
  expect(packagesOf('src/cli/actions/audit/audit.ts')).toEqual([]);
});
