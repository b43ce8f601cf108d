import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { strongroomAdmin } from './program.js';

/** Prints what bash offers for a line whose last word is being typed. */
const ASK = `
  source "$1"
  COMP_WORDS=($2)
  [[ $2 == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _strongroom_admin
  printf '%s\\n' "\${COMPREPLY[@]}"`;

describe('completion', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom completion '));
  const file = (shell: string) => join(folder, shell);
  const offered = (line: string) =>
    execFileSync('bash', ['-c', ASK, 'bash', file('bash'), line], { encoding: 'utf8', cwd: folder })
      .split('\n')
      .filter((word) => word !== '');
  beforeAll(async () => {
    for (const shell of ['bash', 'zsh']) {
      const { code, stdout, stderr } = await strongroomAdmin(['completion', shell], {});
      expect([code, stderr]).toEqual([0, '']);
      writeFileSync(file(shell), stdout);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['strongroom-admin ten', ['tenant']],
    [
      './admin tenant ',
      [
        'list',
        'show',
        'create',
        'delete',
        'add-user',
        'set-role',
        'remove-user',
        'add-group',
        'set-group-role',
        'remove-group',
      ],
    ],
    ['strongroom-admin tenant add-user payments alice --ro', ['--role']],
    ['strongroom-admin tenant add-user --role ', ['manager', 'user', 'operations', 'viewer', 'auditor']],
    ['strongroom-admin tenant add-user payments alice --role vi', ['viewer']],
    ['strongroom-admin role show v', ['viewer']],
    ['strongroom-admin permission grant v', ['viewer']],
    ['strongroom-admin event list --tenant role --js', ['--json']],
    ['strongroom-admin event list --tenant ', []],
    ['strongroom-admin completion ', ['bash', 'zsh']],
    ['strongroom-admin tenant create ', []],
    ['strongroom-admin import-cloudify --ca b', ['bash']],
  ])('in bash offers for `%s`', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it('in bash is registered under both names', () => {
    const listed = execFileSync('bash', ['-c', 'source "$1"; complete -p', 'bash', file('bash')], {
      encoding: 'utf8',
    });
    expect(listed).toContain('complete -F _strongroom_admin strongroom-admin');
    expect(listed).toContain('complete -F _strongroom_admin ./admin');
  });

  it('in zsh is a script that zsh can read, with every command and role', () => {
    const { error, status, stderr } = spawnSync('zsh', ['-n', file('zsh')], { encoding: 'utf8' });
    // Where there is no zsh, bash reads it: the script uses only what both have, but for the parts of zsh's own
    // functions.
    const read =
      error === undefined ? { status, stderr } : spawnSync('bash', ['-n', file('zsh')], { encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
    const text = execFileSync('cat', [file('zsh')], { encoding: 'utf8' });
    expect(text).toMatch(/^#compdef strongroom-admin admin\n/);
    expect(text).toContain(
      "'--role[what the user may do in the tenant]:value:(manager user operations viewer auditor)'",
    );
    expect(text).toMatch(/^ +tenant\) _strongroom_admin_tenant ;;$/m);
  });
});
