import { describe, expect, it } from '@jest/globals';
import { ExportWriter } from '../../../src/audit-trail/export-file/export-writer.js';
import { leafHash } from '../../../src/transparency/tree/hash.js';
import { sampleEvent, SampleLog } from '../../support/sample-log.js';
import { VERIFIERS } from './verifiers.js';

const log = SampleLog.of(5);

/** Writes an export in which the database has another body of the third event than the one that was sealed. */
function exportWith(third: string | undefined): Buffer {
  const writer = new ExportWriter();
  const parts = [writer.begin(), writer.beginLog(log.origin)];
  for (const [index, body] of log.bodies.entries()) {
    const stored = index === 2 ? third : body;
    const leaf = log.leaves[index]!;
    parts.push(stored === undefined ? writer.missing(leaf) : writer.event(stored, leaf));
  }
  return Buffer.from([...parts, writer.checkpoint(log.checkpoint()), writer.end()].join(''));
}

describe.each(VERIFIERS)('%s finds in an export of a changed database', (_name, verify) => {
  it.each([
    ['an event that was changed', sampleEvent(9)],
    ['an event that was deleted', undefined],
    ['an event that is no event any more', 'gone'],
    ['an event that has two lines', `${sampleEvent(3)}\n{"id" : "4"}`],
    ['an event that looks like the end', '{"@line":5,"end":{"logs":1,"events":2}}'],
  ])('%s', async (_what, third) => {
    expect(await verify(exportWith(log.bodies[2]), log.keyLine())).toMatchObject({ line: null });
    expect(await verify(exportWith(third), log.keyLine())).toMatchObject({ line: 5, events: 0 });
  });
});

it('ends no log without a checkpoint of all its events', () => {
  const writer = new ExportWriter();
  writer.begin();
  writer.beginLog(log.origin);
  expect(() => writer.end()).toThrow('checkpoint');
  writer.checkpoint(log.checkpoint(0));
  writer.event(log.bodies[0]!, leafHash(Buffer.from(log.bodies[0]!)));
  expect(() => writer.beginLog(log.origin)).toThrow('checkpoint');
  expect(() => writer.end()).toThrow('checkpoint');
});
