import { describe, expect, it } from '@jest/globals';
import { epochDetail } from '../../../src/audit-trail/epoch-event.js';
import {
  exportText,
  OTHER_TENANT,
  SampleLog,
  sampleOrigin,
  sampleSigner,
  SYSTEM,
} from '../../support/sample-log.js';
import { VERIFIERS } from './verifiers.js';

const LINE_FEED = 0x0a;

const event = (number: number) => `{"id" : "${number}", "time" : "2026-11-29T20:00:00.00${number}Z"}`;

function logOf(events: readonly string[], logId: string, epoch = 1): SampleLog {
  const log = new SampleLog(sampleOrigin(logId, epoch));
  for (const body of events) log.append(body);
  return log;
}

const system = logOf([1, 2, 3].map(event), SYSTEM);
const before = logOf([4, 5].map(event), OTHER_TENANT);
const detail = epochDetail({ origin: before.origin, size: 2, root: before.frontier().root() }, 'restored');
const epoch = logOf(
  [`{"id" : "6", "action" : "audit.new_epoch", "detail" : ${JSON.stringify(detail)}}`, event(7)],
  OTHER_TENANT,
  2,
);

const keys = [system, before, epoch].map((log) => log.keyLine()).join('');
const file = Buffer.from(exportText([{ log: system, sizes: [2, 3] }, { log: before }, { log: epoch }]));
const lines = file.toString().slice(0, -1).split('\n');
const rejoined = (changed: readonly string[]) => Buffer.from(`${changed.join('\n')}\n`);
const lineOf = (index: number) => file.subarray(0, index).filter((byte) => byte === LINE_FEED).length + 1;

describe.each(VERIFIERS)('%s', (_name, verify) => {
  const found = async (changed: Buffer) => (await verify(changed, keys)).line;

  it('proves the file as it is', async () => {
    expect(await verify(file, keys)).toMatchObject({ line: null, events: 7 });
    expect(lines).toHaveLength(16);
  });

  it('finds the line of every byte that is changed', async () => {
    for (const [index, byte] of file.entries()) {
      const changed = Buffer.from(file);
      changed[index] = byte ^ (1 << (index % 8));
      const at = lineOf(index);
      const breaksLine = byte === LINE_FEED || changed[index] === LINE_FEED;
      const line = await found(changed);
      // A line that was split or joined can be seen in the next one only.
      if (line !== at && !(breaksLine && line === at + 1))
        expect({ index, line }).toEqual({ index, line: at });
    }
  });

  it('finds every line that is missing', async () => {
    for (const index of lines.keys())
      expect(await found(rejoined(lines.toSpliced(index, 1)))).toBe(index + 1);
  });

  it('finds every line that is there twice', async () => {
    for (const [index, line] of lines.entries())
      expect(await found(rejoined(lines.toSpliced(index, 0, line)))).toBe(index + 2);
  });

  it('finds every line that changed places with the next one', async () => {
    for (const [index, line] of lines.slice(0, -1).entries()) {
      const swapped = rejoined(lines.toSpliced(index, 2, lines[index + 1]!, line));
      expect([index + 1, index + 2]).toContain(await found(swapped));
    }
  });

  it('finds every line that was added', async () => {
    for (const index of lines.keys())
      expect(await found(rejoined(lines.toSpliced(index + 1, 0, event(9))))).toBe(index + 2);
  });

  it('finds where the file was cut off', async () => {
    const isNearEnd = (length: number) => file.subarray(length - 1, length + 2).includes(LINE_FEED);
    for (let length = 0; length < file.length; length += 1)
      if (length % 16 === 0 || isNearEnd(length)) {
        const line = await found(file.subarray(0, length));
        if (line !== lineOf(length)) expect({ length, line }).toEqual({ length, line: lineOf(length) });
      }
  });
});

describe.each(VERIFIERS)('%s, with more events than checksums on a line,', (_name, verify) => {
  const long = logOf(
    Array.from({ length: 600 }, (_, index) => event(index)),
    SYSTEM,
  );
  const all = exportText([{ log: long }])
    .slice(0, -1)
    .split('\n');
  // The lines of checksums are 259 and 516, the checkpoint is 605.
  const at = (line: number) => line - 1;

  it.each([
    ['a line of checksums is missing', all.toSpliced(at(259), 1), 259],
    ['the second of them is missing', all.toSpliced(at(516), 1), 516],
    ['an event between them is missing', all.toSpliced(at(300), 1), 300],
    ['the last event before them is missing', all.toSpliced(at(258), 1), 258],
    ['an event is there twice', all.toSpliced(at(400), 0, all[at(400)]!), 401],
    ['an event is changed', all.with(at(401), all[at(401)]!.replace('time', 'tame')), 401],
    ['the last event is changed', all.with(at(604), all[at(604)]!.replace('time', 'tame')), 604],
    ['a checksum is changed', all.with(at(516), all[at(516)]!.replace('":"4', '":"5')), 516],
  ])('finds that %s', async (_what, changed, line) => {
    expect((await verify(rejoined(all), long.keyLine())).line).toBeNull();
    expect(changed.join('\n') === all.join('\n')).toBe(false);
    expect((await verify(rejoined(changed), long.keyLine())).line).toBe(line);
  });
});

it('a log that its own key signed twice is found by whoever kept the checkpoint of one of them', async () => {
  const [one, other] = [logOf([1, 2].map(event), SYSTEM), logOf([1, 3].map(event), SYSTEM)];
  for (const [, verify] of VERIFIERS) {
    const text = Buffer.from(exportText([{ log: other }]));
    expect(await verify(text, other.keyLine())).toMatchObject({ line: null });
    expect(await verify(text, other.keyLine(), [one.checkpoint()])).toMatchObject({ line: 5, events: 0 });
  }
  expect(one.checkpoint()).not.toBe(other.checkpoint());
  expect(sampleSigner().verifierKey(one.origin).toString()).toBe(
    one.signer.verifierKey(one.origin).toString(),
  );
});
