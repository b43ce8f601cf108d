import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookSink } from '../../src/audit-trail/sinks/receivers/webhook-sink.js';
import { sealedLine } from '../../src/audit-trail/sinks/sealed-line.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { reportOnLines } from '../support/receivers/received-lines.js';
import { RECEIVER_CA, WEBHOOK_KEY, WebhookReceiver } from '../support/receivers/webhook-receiver.js';
import { until } from '../support/until.js';
import { Api } from './api.js';
import { external, PASSWORD } from './external.js';
import { strongroomAdmin } from './program.js';
import { Replica } from './replica.js';

const KILLS = 3;

describe('two replicas with sinks', () => {
  let database: TestDatabase;
  let webhook: WebhookReceiver;
  let replicas: Replica[];
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-sinks-'));
  const files = ['a', 'b'].map((name) => join(folder, name));
  const environment = (file = files[0]) => ({
    ...external(database),
    STRONGROOM_AUDIT_FILE: file,
    STRONGROOM_AUDIT_WEBHOOK_URL: webhook.url,
    STRONGROOM_AUDIT_WEBHOOK_KEY: WEBHOOK_KEY,
    STRONGROOM_AUDIT_WEBHOOK_CA_FILE: RECEIVER_CA,
  });
  beforeAll(async () => {
    [database, webhook] = await Promise.all([cloneDatabase(), WebhookReceiver.start()]);
    replicas = files.map((file) => new Replica(environment(file)));
    for (const replica of replicas) await replica.start();
    await until(async () => (await database.asSuperuser('SELECT FROM audit_sinks')).length === 2);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([webhook.stop(), database.drop()]);
    rmSync(folder, { recursive: true });
  });

  const linesOf = (file: string) =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const waiting = async () => {
    const [row] = await database.asSuperuser<{ n: number }>(
      `SELECT (SELECT count(*) FROM audit_pending)::int + (SELECT count(*) FROM audit_batches b JOIN audit_sinks s
         ON b.position > s.position OR (b.position = s.position AND b.events > s.part))::int AS n`,
    );
    return row?.n;
  };

  it('miss no event when the one that sends is killed between sending and the acknowledgement', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      webhook.next.push('hangs');
      const posts = webhook.posts;
      const writer = replicas.find(({ url }) => url !== undefined);
      await new Api(writer?.url ?? '', PASSWORD).call('PUT', `k-${kill}`, 'v');
      await until(() => webhook.posts > posts);
      const [row] = await database.asSuperuser<{ holder: string }>(
        `SELECT holder FROM audit_sinks WHERE name = 'webhook'`,
      );
      // Which process holds the lease is not told, so both die, one after the other.
      expect(row?.holder).toMatch(/^[0-9a-f-]{36}$/);
      for (const replica of replicas) {
        await replica.kill();
        await replica.start();
        await new Api(replica.url ?? '', PASSWORD).call('PUT', `after-${kill}`, 'v');
      }
    }
    await until(async () => (await waiting()) === 0);
    const first = await reportOnLines(database, webhook.lines);
    expect({ ...first, repeated: 0, missing: [] }).toEqual({
      missing: [],
      wrong: [],
      disordered: [],
      repeated: 0,
    });
    // Events of the start before the sinks were registered are not sent; after the first line none is missing.
    const missed = first.missing.map((name) => Number(name.split(' ')[1]));
    expect(missed).toEqual([...missed.keys()]);
    expect(webhook.forged).toBe(0);
    const written = await reportOnLines(database, files.flatMap(linesOf));
    expect([written.missing, written.wrong]).toEqual([first.missing, []]);
  });

  it('are told by the doctor whether each can be reached, and the configuration hides the key and the URL', async () => {
    const well = await strongroomAdmin(['doctor'], environment());
    expect(well).toMatchObject({ code: 0 });
    expect(well.stdout).toMatch(
      /^ok +audit: the server of the webhook answers, and its certificate is right$/im,
    );
    const ill = await strongroomAdmin(['doctor'], {
      ...environment(join(folder, 'none', 'x')),
      STRONGROOM_AUDIT_WEBHOOK_CA_FILE: '/none',
    });
    expect(ill).toMatchObject({ code: 1 });
    expect(ill.stdout).toMatch(
      /^FAILED +audit: the sink "file" cannot be reached: \S+ cannot be written to \(ENOENT\)$/m,
    );
    expect(ill.stdout).toMatch(
      /^FAILED +audit: the sink "webhook" cannot be reached: \/none cannot be read \(ENOENT\)$/m,
    );
    const { stdout } = await strongroomAdmin(['config'], environment());
    for (const text of [stdout, well.stdout, ill.stdout]) {
      expect(text).not.toContain('canary-of-a-url');
      expect(text).not.toContain(WEBHOOK_KEY);
    }
  });
});

describe('the receiver of docs/operations/audit-sinks.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-receiver-'));
  let receiver: ChildProcess | undefined;
  afterAll(async () => {
    if (receiver?.kill() === true) await once(receiver, 'close');
    rmSync(folder, { recursive: true });
  });

  it('takes what the service has signed, and nothing else', async () => {
    const page = readFileSync('docs/operations/audit-sinks.md', 'utf8');
    const program = /^```js file="receive-audit\.mjs"\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
    writeFileSync(join(folder, 'receive-audit.mjs'), program);
    const port = 20_000 + (process.pid % 10_000);
    receiver = spawn(process.execPath, ['receive-audit.mjs'], {
      cwd: folder,
      env: {
        WEBHOOK_KEY,
        TLS_CERTIFICATE: RECEIVER_CA,
        TLS_KEY: RECEIVER_CA.replace(/crt$/, 'key'),
        PORT: String(port),
      },
    });
    await until(() => isOpen(port), 100);
    const url = `https://localhost:${port}/`;
    const event = { origin: 'strongroom/a/b', index: 0, body: '{"id" : "é"}' };
    const { signal } = new AbortController();
    await new WebhookSink(url, WEBHOOK_KEY, RECEIVER_CA).deliver([event], signal);
    const other = Buffer.alloc(32, 1).toString('base64');
    const forged = new WebhookSink(url, other, RECEIVER_CA).deliver([event], signal);
    await expect(forged).rejects.toThrow('it answered 401');
    expect(readFileSync(join(folder, 'received.jsonl'), 'utf8')).toBe(`${sealedLine(event)}\n`);
  });
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
