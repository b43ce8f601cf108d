import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { commandName } from '../../../src/common/command-name.js';

it.each([
  [resolve('admin'), './admin'],
  [resolve('deploy/admin'), './deploy/admin'],
  [resolve('../clone/admin'), '../clone/admin'],
  ['/a/folder/that/is/far/away/admin', '/a/folder/that/is/far/away/admin'],
  ['/usr/local/bin/strongroom-admin', 'strongroom-admin'],
  [join(process.cwd(), 'dist/src/cli/main.js'), 'strongroom-admin'],
  [join(process.cwd(), 'dist/src/main.js'), 'strongroom-admin'],
  ['', 'strongroom-admin'],
])('a script %j is typed as %j', (script, typed) => {
  expect(commandName(script)).toBe(typed);
});
