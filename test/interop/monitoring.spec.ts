import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fencedBlocks } from '../documents/markdown.js';
import { ALERTS, readAlerts, readPanels } from '../documents/monitoring.js';
import { Strongroom } from '../support/strongroom.js';

/** Run by `npm run test:interop`, which first checks that Prometheus is installed. */
it('docs/operations/alerts.md has lines that promtool passes', () => {
  const [block] = fencedBlocks('docs/operations/alerts.md').filter(({ mark }) => mark?.kind === 'run-by');
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', block?.text ?? 'exit 1'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`SUCCESS: ${readAlerts().length} rules found`);
});

/** Scrapes a service that works, once a second. */
describe('a Prometheus that scrapes a service', () => {
  let folder: string;
  let room: Strongroom;
  let prometheus: ChildProcess;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strongroom-prometheus-'));
    room = await Strongroom.start({ STRONGROOM_METRICS_PORT: '0', STRONGROOM_METRICS_TENANTS: '5' });
    const file = join(folder, 'prometheus.yml');
    const target = new URL(room.operations.url ?? '').host;
    writeFileSync(
      file,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [resolve(ALERTS)],
        scrape_configs: [{ job_name: 'strongroom', static_configs: [{ targets: [target] }] }],
      }),
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const options = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    prometheus = spawn('prometheus', options, { stdio: 'ignore' });
    await work();
  });
  afterAll(async () => {
    const ended = once(prometheus, 'exit');
    prometheus.kill();
    await ended;
    await room.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Works until Prometheus has seen a quarter of a minute of it. */
  async function work(): Promise<void> {
    const user = await room.tenant('observed');
    for (let round = 0; (await seconds()) < 15; round += 1) {
      await room.secret(user, 'PUT', `key-${round}`, 'x');
      await room.secret(user, 'GET', `key-${round}`);
      await sleep(200);
    }
  }

  async function seconds(): Promise<number> {
    const [found] = await query('count_over_time(strongroom_ready{job="strongroom"}[1m])').catch(() => []);
    return Number(found?.value[1] ?? 0);
  }

  async function query(text: string): Promise<{ metric: object; value: [number, string] }[]> {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: text }).toString()}`);
    const body = (await answer.json()) as { status: string; error?: string; data: { result: [] } };
    if (body.status !== 'success') throw new Error(body.error);
    return body.data.result;
  }

  it.each(
    readPanels().flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => [title, legendFormat, expr] as const),
    ),
  )('answers the query of the panel %s: %s', async (_title, legend, expr) => {
    const asked = expr
      .replaceAll('$job', 'strongroom')
      .replaceAll('$instance', '.+')
      .replaceAll('$__rate_interval', '10s');
    const found = await query(asked);
    expect([asked, found.length > 0]).toEqual([asked, true]);
    for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
      if (!asked.includes('vector(0)')) expect(found[0]?.metric).toHaveProperty([label]);
  });

  it('has no alert, and all rules loaded', async () => {
    const answer = await fetch(`${url}/api/v1/rules`);
    const { data } = (await answer.json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = data.groups.flatMap(({ rules }) => rules);
    expect(rules.map(({ name }) => name)).toEqual(readAlerts().map(({ alert }) => alert));
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(await query('ALERTS{alertstate="firing"}')).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
