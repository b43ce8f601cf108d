import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const RULES = resolve('deploy/monitoring/alerts.yml');
/** Is the time for which a recorded second stands, so that a fault of seconds outlasts the minutes that alerts wait. */
const STRETCHED = 30;
const SERIES = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const NAMES = new Set(readFileSync(RULES, 'utf8').match(/\b(?:strongroom|nodejs|process)_\w+/g));

/**
 * Evaluates the alert rules on the metrics that were recorded of each fault, with each second stretched to thirty.
 * @param file what `MetricsRecorder` wrote
 * @returns for each recorded fault its name, the alerts that must fire at its end, and what promtool says if others did;
 *     undefined if promtool is not installed
 */
export function checkAlerts(file, faults) {
  if (spawnSync('promtool', ['--version']).error !== undefined) return undefined;
  const lines = readFileSync(file, 'utf8').trim().split('\n').map(parsedLine);
  return faults
    .filter(({ name }) => lines.some(({ fault, phase }) => fault === name && phase === 'during'))
    .map(({ name, alerts = [] }) => ({
      name,
      alerts,
      problem: problemOf(
        lines.filter(({ fault }) => fault === name),
        alerts,
      ),
    }));
}

function parsedLine(line) {
  const { text, ...rest } = JSON.parse(line);
  return { ...rest, series: seriesOf(text, rest.replica) };
}

/** Returns the series that the rules use, with the labels that a scrape adds. */
function seriesOf(text, replica) {
  const series = new Map([[`up{job="strongroom", instance="${replica}"}`, '1']]);
  for (const line of text.split('\n')) {
    const [, name = '', labels, value] = SERIES.exec(line) ?? [];
    if (!NAMES.has(name) || value === 'Nan' || value === 'NaN') continue;
    series.set(`${name}{job="strongroom", instance="${replica}"${labels ? `, ${labels}` : ''}}`, value);
  }
  return series;
}

/** Returns what promtool says where others than these alerts fire at the end of the fault. */
function problemOf(lines, alerts) {
  const first = Math.min(...lines.map(({ second }) => second));
  const seconds = Math.max(...lines.map(({ second }) => second)) - first + 1;
  const values = new Map();
  for (const { second, series } of lines)
    for (const [name, value] of series) {
      if (!values.has(name)) values.set(name, Array(seconds).fill(name.startsWith('up{') ? '0' : '_'));
      values.get(name)[second - first] = value;
    }
  const end = Math.max(
    ...lines.filter(({ phase }) => phase === 'during').map(({ second }) => second - first),
  );
  return runPromtool({
    rule_files: [RULES],
    evaluation_interval: `${STRETCHED}s`,
    tests: [
      {
        interval: `${STRETCHED}s`,
        input_series: Array.from(values, ([series, each]) => ({ series, values: each.join(' ') })),
        promql_expr_test: [
          {
            expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: `${end * STRETCHED}s`,
            exp_samples: alerts.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
          },
        ],
      },
    ],
  });
}

function runPromtool(test) {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-alerts-'));
  const file = join(folder, 'recorded.json');
  writeFileSync(file, JSON.stringify(test));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? undefined : `${stdout}${stderr}`;
}
