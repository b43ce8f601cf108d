import { describe, expect, it } from '@jest/globals';
import { StartupError } from '../../../src/common/startup-error.js';
import { locateBinaries } from '../../../src/database/embedded/binaries.js';
import { fileProblem } from '../../../src/database/embedded/file-problem.js';
import { systemUserIn } from '../../../src/database/embedded/system-users.js';

const ROOT = 'root:x:0:0:root:/root:/bin/bash';
const NOBODY = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';
const POSTGRES = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash';
const SOMEBODY = 'somebody:x:1000:1000::/home/somebody:/bin/bash';

describe('the embedded PostgreSQL', () => {
  it.each([
    [[ROOT, SOMEBODY, NOBODY, POSTGRES], 'postgres'],
    [[ROOT, SOMEBODY, NOBODY], 'nobody'],
    [[ROOT, '# a comment', '', SOMEBODY], 'somebody'],
  ])('runs as a user that the password file knows (%#)', (lines, name) => {
    expect(systemUserIn(lines.join('\n'))?.name).toBe(name);
  });

  it.each([[''], [ROOT], ['nobody:x:::'], [`${ROOT}\n+::::::`]])('has nobody to run as in %j', (text) => {
    expect(systemUserIn(text)).toBeUndefined();
  });

  it('says what to do on a system without glibc', () => {
    const onLinux = process.platform === 'linux';
    const locate = () => locateBinaries(false);
    if (onLinux) expect(locate).toThrow(/needs glibc.*Alpine.*set DATABASE_URL/);
    else expect(locate).not.toThrow(/glibc/);
  });

  const failure = (code: string, path: string, syscall = 'mkdir') =>
    Object.assign(new Error('raw'), { code, path, syscall });

  it.each([
    ['EROFS', '/data/socket', /^STRONGROOM_DATA_DIR: \/data\/socket cannot be used \(EROFS\); .*read-only/],
    ['EACCES', '/data', /^STRONGROOM_DATA_DIR: \/data cannot be used \(EACCES\); .* belongs to /],
    ['ENOSPC', '/data/postgres.log', /^STRONGROOM_DATA_DIR: .*\(ENOSPC\); the disk is full/],
    ['EROFS', '/tmp/strongroom-0', /^TMPDIR: \/tmp\/strongroom-0 .*, or a shorter STRONGROOM_DATA_DIR$/],
    ['ELOOP', '/data/x', /^STRONGROOM_DATA_DIR: \/data\/x cannot be used \(ELOOP\)$/],
  ])('says what to do about %s at %s', (code, path, line) => {
    const problem = fileProblem(failure(code, path), '/data');
    expect(problem).toBeInstanceOf(StartupError);
    expect(problem?.message).toMatch(line);
  });

  it('says what to do where its programs cannot be started', () => {
    expect(fileProblem(failure('ENOENT', 'initdb', 'spawn initdb'), '/data')?.message).toMatch(
      /cannot be started \(spawn initdb: ENOENT\): set DATABASE_URL/,
    );
  });

  it('leaves other errors as they are', () => {
    const other = [
      new StartupError('told'),
      new Error('a fault'),
      Object.assign(new Error(), { code: '28P01' }),
    ];
    for (const error of other) expect(fileProblem(error, '/data')).toBeUndefined();
  });
});
