import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withProgress } from '../../../src/cli/audit/progress.js';
import { consistencyProofText } from '../../../src/transparency/note/consistency-proof-text.js';
import { inclusionProofText } from '../../../src/transparency/note/inclusion-proof-text.js';
import { proveConsistency } from '../../../src/transparency/tree/consistency-proof.js';
import { proveInclusion } from '../../../src/transparency/tree/inclusion-proof.js';
import { runInProcess } from '../../support/recorded-terminal.js';
import {
  exportText,
  SampleLog,
  sampleEvent,
  sampleOrigin,
  sampleSigner,
  TENANT,
} from '../../support/sample-log.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-verify-'));
const path = (name: string) => join(folder, name);
const log = SampleLog.of(5);
const text = exportText([{ log, sizes: [3, 5] }]);
const damaged = text.replace('db.password-4', 'db.password-9');

/** Returns the log of the epoch that follows the log. */
function nextEpoch(reason: string): SampleLog {
  const detail = {
    previous_origin: log.origin,
    previous_size: '5',
    previous_root: log.frontier().root().toString('base64'),
    reason,
  };
  const epoch = new SampleLog(sampleOrigin(TENANT, 2));
  epoch.append(sampleEvent(6, { action: 'audit.new_epoch', detail }));
  return epoch;
}

const verify = (name: string, ...more: string[]) =>
  runInProcess(['audit', 'verify', path(name), '--keys', path('keys'), ...more]);

beforeAll(async () => {
  const hashes = await proveInclusion(log.nodes, 3, 5);
  const files = {
    keys: log.keyLine(),
    export: text,
    damaged,
    first: log.checkpoint(1),
    third: log.checkpoint(3),
    foreign: log.checkpoint(3, sampleSigner(8)),
    event: inclusionProofText({ entry: Buffer.from(log.bodies[3]!), index: 3, hashes }, log.checkpoint()),
    other: inclusionProofText({ entry: Buffer.from(log.bodies[2]!), index: 3, hashes }, log.checkpoint()),
    consistent: consistencyProofText(3, await proveConsistency(log.nodes, 3, 5), log.checkpoint()),
    inconsistent: consistencyProofText(3, await proveConsistency(log.nodes, 2, 5), log.checkpoint()),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path(name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('audit verify', () => {
  it('says in one sentence what it proved and up to when', async () => {
    const { code, stdout, stderr } = await verify(
      'export',
      '--checkpoint',
      path('first'),
      '--checkpoint',
      path('third'),
    );
    expect([code, stderr]).toEqual([0, '']);
    const [sentence, ...details] = stdout.trimEnd().split('\n');
    expect(sentence).toBe(
      'Proved: 5 events in 1 log, up to 2026-11-29T20:00:00.005Z, are complete, unchanged, and in the order in which they were sealed.',
    );
    const [key, root] = [log.keyLine().split(' ')[0], log.frontier().root().toString('base64')];
    expect(details).toEqual([
      `- ${sampleOrigin()}: events 1 to 5, the last of 2026-11-29T20:00:00.005Z; root ${root}, signed by ${key}.`,
      '  Nothing that the older checkpoint of 1 event covers has changed.',
      '  Nothing that the older checkpoint of 3 events covers has changed.',
    ]);
  });

  it('prints one document as JSON, and nothing if quiet', async () => {
    expect(JSON.parse((await verify('export', '--json')).stdout)).toEqual({
      proved: true,
      events: 5,
      up_to: '2026-11-29T20:00:00.005Z',
      logs: [
        {
          origin: sampleOrigin(),
          events: 5,
          first_event: 1,
          last_event: 5,
          first_time: '2026-11-29T20:00:00.001Z',
          last_time: '2026-11-29T20:00:00.005Z',
          root: log.frontier().root().toString('base64'),
          verifier_key: log.keyLine().split(' ')[0],
          older_checkpoints: [],
          epoch_start: null,
        },
      ],
      damage: null,
    });
    expect(await verify('export', '--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('says which line is damaged, and what is proved before it', async () => {
    const problem = 'is not the event that was recorded';
    const { code, stdout, stderr } = await verify('damaged');
    expect([code, stderr]).toEqual([
      1,
      `NOT PROVED: line 7 of ${path('damaged')} ${problem}. Only what comes before is proved: 3 events in 1 log, up to 2026-11-29T20:00:00.003Z.\n`,
    ]);
    expect(stdout).toMatch(/^- strongroom\/\S+: events 1 to 3, .*\n$/);
    const json = await verify('damaged', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ proved: false, events: 3, damage: { line: 7, problem } });
    expect(await verify('damaged', '--quiet')).toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('reads standard input', async () => {
    const args = ['audit', 'verify', '-', '--keys', path('keys')];
    expect((await runInProcess(args, { input: text })).code).toBe(0);
    const { code, stderr } = await runInProcess(args, { input: text.slice(0, 500) });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^NOT PROVED: line 3 of standard input .* Nothing before it is proved\.\n$/),
    ]);
  });

  it('reports an epoch, with the reason as it was given', async () => {
    const epoch = nextEpoch('restored\u001b[31m');
    writeFileSync(path('epochs'), exportText([{ log }, { log: epoch }]));
    writeFileSync(path('epoch-keys'), log.keyLine() + epoch.keyLine());
    const { code, stdout } = await verify('epochs', '--keys', path('epoch-keys'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Proved: 6 events in 2 logs, /);
    expect(stdout).toContain(
      `It is a new epoch of the log, which began after event 5 of ${log.origin} (reason: restored\\u001b[31m)`,
    );
    expect(stdout).not.toContain('Nothing of the epoch before');
  });

  it('says that an export lacks the epoch before', async () => {
    const epoch = nextEpoch('restored');
    writeFileSync(path('one-epoch'), exportText([{ log: epoch }]));
    writeFileSync(path('one-key'), epoch.keyLine());
    const { code, stdout } = await verify('one-epoch', '--keys', path('one-key'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('\n  Nothing of the epoch before is in this file.\n'),
    ]);
  });

  it.each([
    ['a file that is not there', ['none', '--keys', 'keys'], 3, /^Cannot read .*none \(ENOENT\)\n$/],
    ['keys that are not there', ['export', '--keys', 'none'], 3, /^Cannot read .*none \(ENOENT\)\n$/],
    ['a folder', ['', '--keys', 'keys'], 3, /\(EISDIR\)\n$/],
    [
      'keys that are none',
      ['export', '--keys', 'export'],
      2,
      /is no file of verifier keys: line 1 is no verifier key/,
    ],
    [
      'a checkpoint that is none',
      ['export', '--keys', 'keys', '--checkpoint', 'keys'],
      2,
      /it is no checkpoint/,
    ],
    [
      'a checkpoint of somebody else',
      ['export', '--keys', 'keys', '--checkpoint', 'foreign'],
      2,
      /its signature is not by the key of its log/,
    ],
    ['no keys', ['export'], 2, /--keys/],
    [
      'keys for an export',
      ['keys', '--keys', 'keys'],
      1,
      /^NOT PROVED: line 1 of .* is not the first line of an export/,
    ],
  ])('ends for %s with its own code', async (_what, args, code, message) => {
    const given = args.map((arg) => (arg.startsWith('--') ? arg : path(arg)));
    const ran = await runInProcess(['audit', 'verify', ...given]);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toMatch(message);
  });
});

describe('audit verify of a proof', () => {
  it('says which event is in the log', async () => {
    const { code, stdout } = await verify('event');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Proved: this is event 4 of the log strongroom\/\S+ of 5 events, whose root \S+ is signed by \S+:\n\{/,
    );
    const json = JSON.parse((await verify('event', '--json')).stdout) as { event: { body: string } };
    expect(json).toMatchObject({ proved: true, size: 5, event: { number: 4 } });
    expect(json.event.body).toBe(log.bodies[3]);
  });

  it('prints the event as it was recorded, but for what could mislead a terminal', async () => {
    const { stdout } = await verify('event');
    expect(stdout.trimEnd().split('\n')[1]).toBe(log.bodies[3]);
    const odd = `{"id" : "1", "key" : "\u202e\u009b\u{e0041} \\" é"}`;
    const entry = SampleLog.of(0);
    entry.append(odd);
    const proof = { entry: Buffer.from(odd), index: 0, hashes: [] };
    writeFileSync(path('odd'), inclusionProofText(proof, entry.checkpoint()));
    const [, printed = ''] = (await verify('odd')).stdout.trimEnd().split('\n');
    expect(printed).toBe(`{"id" : "1", "key" : "\\u202e\\u009b\\udb40\\udc41 \\" é"}`);
    expect(JSON.parse(printed)).toEqual(JSON.parse(odd));
  });

  it('of one event takes no checkpoint, since it proves nothing about it', async () => {
    const { code, stdout, stderr } = await verify('event', '--checkpoint', path('third'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^A proof of one event is not compared with a checkpoint .* leave `--checkpoint` out/,
    );
  });

  it('says that a log continues an older checkpoint', async () => {
    const { code, stdout } = await verify('consistent', '--checkpoint', path('third'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Proved: the log \S+ of 5 events, whose .*, begins with the 3 events of the older checkpoint/,
      ),
    ]);
  });

  it.each([
    ['other', [], /It does not lead from the event to the signed root/],
    ['inconsistent', ['third'], /does not continue the older checkpoint of 3 events/],
    ['consistent', ['first'], /It continues the checkpoint of 3 events of strongroom\/\S+: give that one/],
  ])('says why %s with %j proves nothing', async (name, checkpoints, message) => {
    const ran = await verify(name, ...checkpoints.flatMap((file) => ['--checkpoint', path(file)]));
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(message);
  });
});

it('progress is told every two seconds, with the share where the size is known', async () => {
  const told: string[] = [];
  let time = 0;
  async function* chunks() {
    for (let count = 0; count < 4; count += 1) yield await Promise.resolve(Buffer.alloc(1_048_576));
  }
  const file = { name: 'a', size: 4_194_304, chunks: chunks() };
  for await (const chunk of withProgress(
    file,
    (line) => told.push(line),
    () => time,
  )) {
    expect(chunk).toHaveLength(1_048_576);
    time += 1_000;
  }
  expect(told).toEqual(['… 2 MiB verified (50 %)', '… 4 MiB verified (100 %)']);
});
