import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

describe('.gitattributes', () => {
  const listed = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '');

  it('checks every file out with LF, whatever the settings of git', () => {
    const input = listed.join('\0');
    const attributes = execFileSync('git', ['check-attr', '-z', '--stdin', 'eol'], {
      input,
      encoding: 'utf8',
    });
    const values = attributes.split('\0').filter((_, index) => index % 3 === 2);
    expect(values).toHaveLength(listed.length);
    expect(new Set(values)).toEqual(new Set(['lf']));
  });

  it('finds no CRLF in what is there', () => {
    const withCrlf = listed.filter((name) => existsSync(name) && readFileSync(name).includes('\r\n'));
    expect(withCrlf).toEqual([]);
  });
});
