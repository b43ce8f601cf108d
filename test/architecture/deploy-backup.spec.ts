import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** Writes the dump where --file says, as pg_dump does. */
const PG_DUMP =
  '#!/bin/sh\nfor each; do case $each in --file=*) echo dump > "${each#--file=}";; esac; done\n';
const BROKEN = `${PG_DUMP}echo 'pg_dump: error: connection refused' >&2; exit 1\n`;
const TRUE = '#!/bin/sh\nexit 0\n';
const FALSE = '#!/bin/sh\nexit 1\n';
const DAY_MS = 86_400_000;

describe('deploy/backup.sh', () => {
  let home: string;
  let folder: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'strongroom-backup-'));
    folder = join(home, 'backups');
    mkdirSync(folder);
    place('pg_dump', PG_DUMP);
    place('pg_restore', TRUE);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const place = (name: string, text: string) => writeFileSync(join(home, name), text, { mode: 0o755 });
  const backUp = (...args: string[]) =>
    spawnSync(resolve('deploy/backup.sh'), args, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, PG_BINDIR: home },
    });
  const old = (name: string, days: number) => {
    writeFileSync(join(folder, name), 'old');
    const then = new Date(Date.now() - days * DAY_MS);
    utimesSync(join(folder, name), then, then);
  };

  it('writes one dump that only its owner may read, and says so', () => {
    const { status, stdout } = backUp(folder);
    const [name = '', ...others] = readdirSync(folder);
    expect([status, others]).toEqual([0, []]);
    expect(name).toMatch(/^strongroom-\d{8}T\d{6}Z\.dump$/);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(stdout).toBe(`Wrote ${join(folder, name)}, 5 bytes\n`);
  });

  it('deletes old dumps of its own, and nothing else', () => {
    old('strongroom-20260101T000000Z.dump', 20);
    old('strongroom-20260102T000000Z.dump', 13);
    old('other.dump', 20);
    expect(backUp(folder).status).toBe(0);
    expect(readdirSync(folder)).toHaveLength(3);
    expect(existsSync(join(folder, 'strongroom-20260101T000000Z.dump'))).toBe(false);
    expect(existsSync(join(folder, 'other.dump'))).toBe(true);
  });

  it.each([
    ['pg_dump', BROKEN],
    ['pg_restore', FALSE],
  ])('leaves no half a dump and deletes no old one if %s fails', (name, text) => {
    old('strongroom-20260101T000000Z.dump', 20);
    place(name, text);
    expect(backUp(folder).status).not.toBe(0);
    expect(readdirSync(folder)).toEqual(['strongroom-20260101T000000Z.dump']);
  });

  it.each([
    [2, 'Usage:', []],
    [2, 'Usage:', ['--days']],
    [2, 'DAYS is a whole number', ['FOLDER', '0']],
    [2, 'DAYS is a whole number', ['FOLDER', '-1']],
    [1, 'There is no folder', ['/nonexistent']],
  ])('ends with %d and "%s" when called with %j', (code, said, args) => {
    const { status, stderr } = backUp(...args.map((arg) => (arg === 'FOLDER' ? folder : arg)));
    expect([status, stderr]).toEqual([code, expect.stringContaining(said)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is what the unit starts, which may write only where the dumps go', () => {
    const unit = readFileSync('deploy/strongroom-backup.service', 'utf8');
    const [, script, target] = /^ExecStart=\/opt\/strongroom\/(\S+) (\S+) \d+$/m.exec(unit) ?? [];
    expect(script).toBe('deploy/backup.sh');
    expect(/^ReadWritePaths=(.*)$/m.exec(unit)?.[1]).toBe(target);
  });
});
