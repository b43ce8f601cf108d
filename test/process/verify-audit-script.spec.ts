import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportText, SampleLog } from '../support/sample-log.js';

const SCRIPT = resolve('docs/verify-audit.mjs');
const folder = mkdtempSync(join(tmpdir(), 'verify-audit-'));
const log = SampleLog.of(5);
const good = exportText([{ log, sizes: [3, 5] }]);
const files = {
  good,
  damaged: good.replace('db.password-4', 'db.password-9'),
  keys: log.keyLine(),
  kept: log.checkpoint(3),
};

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(process.execPath, args, { cwd: folder }, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('docs/verify-audit.mjs', () => {
  it('ends with 0, 1 and 2 as the command does', async () => {
    const [proved, damaged, unusable, none] = await Promise.all([
      run(SCRIPT, 'good', 'keys', 'kept'),
      run(SCRIPT, 'damaged', 'keys'),
      run(SCRIPT, 'good', 'good'),
      run(SCRIPT),
    ]);
    expect(proved).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Proved: 5 events in 1 log, up to /),
      stderr: '',
    });
    expect(damaged).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^NOT PROVED: line 7 /),
      stderr: '',
    });
    for (const ran of [unusable, none])
      expect(ran).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^Cannot verify: .* Usage: /),
      });
  });

  it('verifies the files of a form in a page', async () => {
    const page = `
      const [keys, kept] = ${JSON.stringify([files.keys, files.kept])};
      const output = { set textContent(text) { if (text !== 'Verifying …') console.log(text); } };
      const submit = [];
      const form = { addEventListener: (_name, listener) => submit.push(listener) };
      const inputs = { export: [], keys: [new File([keys], 'keys')], checkpoints: [new File([kept], 'kept')] };
      globalThis.document = {
        getElementById: (name) => ({ files: inputs[name] }),
        querySelector: (name) => ({ form, output })[name],
      };
      await import(${JSON.stringify(SCRIPT)});
      for (const text of ${JSON.stringify([files.good, files.damaged])}) {
        inputs.export = [new File([text], 'export')];
        await submit[0]({ preventDefault: () => {} });
      }
      inputs.keys = [new File(['none'], 'keys')];
      await submit[0]({ preventDefault: () => {} });`;
    const { stdout, stderr } = await run('--input-type=module', '-e', page);
    expect(stderr).toBe('');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('- '));
    expect(lines).toEqual([
      expect.stringMatching(/^Proved: 5 events/),
      expect.stringMatching(/^NOT PROVED: line 7 /),
      expect.stringMatching(/^Cannot verify: line 1 of the keys/),
    ]);
  });
});
