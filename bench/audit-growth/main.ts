/** Implements `npm run bench:audit-growth`, which measures what a large audit trail takes and costs. */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { median } from '../median.js';
import { measure } from '../measure.js';
import { seriesOf, type Series } from '../series.js';
import { openStage, type Stage } from '../stage.js';
import { addEvents, createPartitions, untilSealed } from './events.js';
import { prune } from './pruning.js';

const USAGE = `npm run bench:audit-growth -- [--events N] [--rounds N]

Measures reads of secrets and pages of the audit trail without events and with N events (default: 10000000) over 14 months
in 100 logs, the bytes that an event takes, and how long pruning takes. Ten million take 20 GB of disk and an hour.
`;
const SERIES = ['select', 'get_basic'];
const OLDEST_DAYS = 430;
const PAGES = 30;
const LOAD = { processes: 1, connections: 64 };
const WARM_UP_SECONDS = 15;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else await bench(Number(values.events), Number(values.rounds));

async function bench(events: number, rounds: number): Promise<void> {
  const stage = await openStage({ secrets: 10_000, processes: 1, progress });
  try {
    const series = seriesOf(stage).filter(({ name }) => SERIES.includes(name));
    await stage.database.query(`UPDATE tenant_users SET role = 'manager'`);
    await warmUp(stage, series);
    const empty = await figures(stage, series, rounds);
    await fill(stage.database, events);
    await warmUp(stage, series);
    const full = await figures(stage, series, rounds);
    report('GET of a secret, as a ratio to one SELECT', empty.ratio, full.ratio);
    report('GET of a secret, ms of PostgreSQL', empty.postgresMs, full.postgresMs);
    report('GET of a secret, bytes of write-ahead log', empty.walBytes, full.walBytes);
    for (const [name, ms] of Object.entries(empty.pages)) report(`${name}, ms`, ms, full.pages[name] ?? 0);
    await reportBytes(stage.database);
    print(`pruned: ${JSON.stringify(await prune(stage.database))}`);
  } finally {
    await stage.close();
  }
}

/**
 * Sends requests that are not measured: the first ones find empty caches, and after a checkpoint the first change of each page
 * of an index writes the whole page to the write-ahead log.
 */
async function warmUp(stage: Stage, series: readonly Series[]): Promise<void> {
  for (const one of series) await measure(stage, one, { ...LOAD, seconds: WARM_UP_SECONDS });
}

/** Adds events of which a tenth is older than the retention, sealed by checkpoints of their time. */
async function fill(database: pg.Client, events: number): Promise<void> {
  await createPartitions(database, OLDEST_DAYS);
  const old = Math.round(events / 10);
  for (const span of [
    { events: old, fromDaysAgo: OLDEST_DAYS, untilDaysAgo: 408 },
    { events: events - old, fromDaysAgo: 399, untilDaysAgo: 0 },
  ]) {
    progress(`Adding ${span.events} events`);
    const begun = performance.now();
    await addEvents(database, span);
    const seconds = await untilSealed(database);
    progress(
      `Added and sealed in ${Math.round((performance.now() - begun) / 1_000)} s, the last ${Math.round(seconds)} s sealing`,
    );
    await database.query(
      `UPDATE audit_checkpoints SET signed_at = signed_at - make_interval(days => $1) WHERE signed_at > now() - interval '1 day'`,
      [span.untilDaysAgo],
    );
  }
  progress('Vacuuming');
  await database.query('VACUUM (ANALYZE)');
  await database.query('CHECKPOINT');
}

/** Holds the requests a second, and what each costs PostgreSQL, by the name of the series. */
type Rates = Map<
  string,
  { readonly perSecond: number; readonly postgresMs: number; readonly walBytes: number }
>;

interface Figures {
  readonly ratio: number;
  readonly postgresMs: number;
  readonly walBytes: number;
  readonly pages: Readonly<Record<string, number>>;
}

async function figures(stage: Stage, series: readonly Series[], rounds: number): Promise<Figures> {
  const measured: Rates[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const rates: Rates = new Map();
    for (const one of series) {
      const measured = await measure(stage, { ...one, writes: true }, { ...LOAD, seconds: 3 });
      const { requestsPerSecond: perSecond, postgresMs, walBytes = 0 } = measured;
      rates.set(one.name, { perSecond, postgresMs, walBytes });
    }
    measured.push(rates);
  }
  const of = (value: (rates: Rates) => number): number => median(measured.map(value));
  await untilSealed(stage.database);
  return {
    ratio: of((rates) => (rates.get('get_basic')?.perSecond ?? 0) / (rates.get('select')?.perSecond ?? 1)),
    postgresMs: of((rates) => rates.get('get_basic')?.postgresMs ?? 0),
    walBytes: of((rates) => rates.get('get_basic')?.walBytes ?? 0),
    pages: await pages(stage),
  };
}

/** Returns the median milliseconds of a page of 100 events of the first tenant. */
async function pages({ strongrooms: [server], callers: [caller] }: Stage): Promise<Record<string, number>> {
  const day = (daysAgo: number): string => new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  const queries = {
    'GET /audit, the newest': '',
    'GET /audit by key': 'key=service.100.password',
    'GET /audit by actor': 'actor=user-1',
    'GET /audit by time': `from=${day(201)}&until=${day(200)}`,
    'GET /audit by key and time': `key=service.100.password&from=${day(230)}&until=${day(200)}`,
  };
  const found: Record<string, number> = {};
  for (const [name, query] of Object.entries(queries)) {
    const times = [];
    for (let page = 0; page < PAGES; page += 1) {
      const begun = performance.now();
      const answer = await fetch(`${server?.url}/api/v3.1/audit?_size=100&${query}`, {
        headers: caller?.basic ?? {},
      });
      await answer.text();
      if (!answer.ok) throw new Error(`A page was answered ${answer.status}`);
      times.push(performance.now() - begun);
    }
    found[name] = median(times);
  }
  return found;
}

async function reportBytes(database: pg.Client): Promise<void> {
  const { rows } = await database.query<{ name: string; events: string; table: string; indexes: string }>(
    `SELECT regexp_replace(relname, '_\\d{4}_\\d\\d$', '') AS name, sum(pg_table_size(oid)) AS table,
            sum(pg_indexes_size(oid)) AS indexes, (SELECT count(*) FROM audit_leaves) AS events
     FROM pg_class WHERE relkind = 'r' AND (relname ~ '^audit_events_\\d' OR relname IN ('audit_leaves', 'audit_nodes'))
     GROUP BY 1 ORDER BY 1`,
  );
  for (const { name, events, table, indexes } of rows)
    print(
      `${name}: ${perEvent(table, events)} bytes an event in the table, ${perEvent(indexes, events)} in indexes`,
    );
}

function perEvent(bytes: string, events: string): number {
  return Math.round(Number(bytes) / Number(events));
}

function report(what: string, empty: number, full: number): void {
  print(
    `${what}: ${empty.toPrecision(3)} without events, ${full.toPrecision(3)} with them (${(full / empty).toFixed(2)})`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
