import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileSink } from '../../../../src/audit-trail/sinks/receivers/file-sink.js';
import { sealedLine } from '../../../../src/audit-trail/sinks/sealed-line.js';
import type { SealedEvent } from '../../../../src/audit-trail/sinks/sink.js';

const event = (index: number): SealedEvent => ({
  origin: 'strongroom/a/b',
  index,
  body: `{"id" : "é${index}"}`,
});
const lines = (...indexes: number[]) => indexes.map((index) => `${sealedLine(event(index))}\n`).join('');

describe('the file sink', () => {
  const { signal } = new AbortController();
  let folder: string;
  let path: string;
  let sink: FileSink;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-sink-'));
    path = join(folder, 'audit.jsonl');
    sink = new FileSink(path);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('appends a line for each event, to a file that only its owner reads', async () => {
    await sink.deliver([event(0), event(1)], signal);
    await sink.deliver([event(2)], signal);
    expect(readFileSync(path, 'utf8')).toBe(lines(0, 1, 2));
    expect(lines(0)).toBe('{"origin":"strongroom/a/b","index":0,"event":{"id" : "é0"}}\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leaves the mode of a file that is there as it is', async () => {
    writeFileSync(path, '');
    chmodSync(path, 0o640);
    await sink.deliver([event(0)], signal);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('goes on in a new file once the old one was renamed', async () => {
    await sink.deliver([event(0)], signal);
    renameSync(path, `${path}.1`);
    await sink.deliver([event(1)], signal);
    expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual([lines(0), lines(1)]);
  });

  it.each([10, 70_000, 200_000])('cuts off what a crash has left of a line, %d bytes', async (bytes) => {
    writeFileSync(path, lines(0) + `{"origin":"strongroom/a/b","index":1,${'x'.repeat(bytes)}`);
    await sink.deliver([event(1)], signal);
    expect(readFileSync(path, 'utf8')).toBe(lines(0, 1));
  });

  it('cuts off a torn line where it is the only one', async () => {
    writeFileSync(path, '{"origin":');
    await sink.deliver([event(1)], signal);
    expect(readFileSync(path, 'utf8')).toBe(lines(1));
  });

  it.each(['a line of another program', '{"origin":"elsewhere/a/b","index":1', 'x'.repeat(70_000)])(
    'keeps a last line that is not its own, and ends it',
    async (foreign) => {
      for (const before of ['', lines(0), `${foreign}\n`]) {
        writeFileSync(path, before + foreign);
        await sink.deliver([event(1)], signal);
        expect(readFileSync(path, 'utf8')).toBe(`${before}${foreign}\n${lines(1)}`);
      }
    },
  );

  it('fails on a full disk, and takes the same events once there is room', async () => {
    symlinkSync('/dev/full', path);
    await expect(sink.deliver([event(0)], signal)).rejects.toMatchObject({ code: 'ENOSPC' });
    rmSync(path);
    await sink.deliver([event(0)], signal);
    expect(readFileSync(path, 'utf8')).toBe(lines(0));
  });

  it('fails where the folder is missing or a folder has the name', async () => {
    const missing = new FileSink(join(folder, 'none', 'audit.jsonl'));
    await expect(missing.deliver([event(0)], signal)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(missing.check(signal)).rejects.toThrow(/none cannot be written to \(ENOENT\)$/);
    await expect(new FileSink(folder).check(signal)).rejects.toThrow(/ is a folder$/);
  });

  it('is checked without being written', async () => {
    expect(await sink.check(signal)).toBe(`events can be appended to ${path}`);
    expect(existsSync(path)).toBe(false);
    appendFileSync(path, 'x');
    await sink.check(signal);
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('does not begin a write while another one hangs', async () => {
    const stop = new AbortController();
    const first = sink.deliver([event(0)], stop.signal);
    stop.abort(new Error('too late'));
    await expect(first).rejects.toThrow('too late');
    await expect(sink.deliver([event(0)], signal)).rejects.toThrow('has not ended an earlier write');
  });
});
