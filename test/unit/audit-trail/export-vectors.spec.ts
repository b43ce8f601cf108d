import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ExportWriter } from '../../../src/audit-trail/export-file/export-writer.js';
import { readExportLine } from '../../../src/audit-trail/export-file/export-line.js';
import { Frontier } from '../../../src/transparency/tree/frontier.js';
import { leafHash } from '../../../src/transparency/tree/hash.js';
import { parseCheckpoint } from '../../../src/transparency/note/checkpoint.js';
import { VERIFIERS, type ProvedVector } from './verifiers.js';

interface Vector {
  readonly name: string;
  readonly keys: string;
  readonly checkpoints: readonly string[];
  readonly file: string;
}

const { passing, failing } = JSON.parse(
  readFileSync(new URL('../../vectors/audit-export.json', import.meta.url), 'utf8'),
) as {
  readonly passing: readonly (Vector & { readonly proved: readonly ProvedVector[] })[];
  readonly failing: readonly (Vector & { readonly line: number; readonly events: number })[];
};

describe.each(VERIFIERS)('%s', (_name, verify) => {
  it.each(passing)('proves: $name', async ({ file, keys, checkpoints, proved }) => {
    expect(await verify(Buffer.from(file), keys, checkpoints)).toMatchObject({
      line: null,
      problem: null,
      logs: proved,
    });
  });

  it.each(failing)('does not prove: $name', async ({ file, keys, checkpoints, line, events }) => {
    const verdict = await verify(Buffer.from(file), keys, checkpoints);
    expect(verdict).toMatchObject({ line, events, problem: expect.any(String) });
  });
});

it('both know at least as many ways to fail as to pass', () => {
  expect(failing.length).toBeGreaterThan(passing.length);
});

describe('the writer', () => {
  it.each(passing)('writes to the byte: $name', ({ file }) => {
    const writer = new ExportWriter();
    const parts: string[] = [];
    for (const line of file.slice(0, -1).split('\n')) {
      const read = readExportLine(Buffer.from(line));
      if (read === 'event') parts.push(writer.event(line, leafHash(Buffer.from(line))));
      else if (read?.kind === 'begin') parts.push(writer.begin());
      else if (read?.kind === 'log') parts.push(writer.beginLog(read.origin, startOf(read.start)));
      else if (read?.kind === 'end') parts.push(writer.end());
      else if (read?.checkpoint !== undefined) parts.push(writer.checkpoint(read.checkpoint));
    }
    expect(parts.join('')).toBe(file);
  });
});

function startOf(start: { checkpoint: string; frontier: readonly string[] } | undefined) {
  if (start === undefined) return undefined;
  const { size } = parseCheckpoint(start.checkpoint)!;
  const frontier = Frontier.of(
    size,
    start.frontier.map((hash) => Buffer.from(hash, 'base64')),
  );
  return { checkpoint: start.checkpoint, frontier };
}
