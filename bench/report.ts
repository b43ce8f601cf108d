import type { Figure, Spread } from './figures.js';
import type { Measurement } from './measure.js';
import type { Series } from './series.js';

export interface Report {
  readonly secrets: number;
  readonly rounds: number;
  /** The memory of one process, in MB (10^6 bytes). */
  readonly idleMegabytes: number;
  readonly loadedMegabytes: number;
  readonly figures: readonly Figure[];
  /** The latencies of the open loop, at the same rate for all series. */
  readonly latencies: readonly Measurement[];
}

const WIDTHS = [30, 11, 18, 6, 14, 8, 8, 8, 8, 8, 8, 8, 14];

/** Formats the report as tables in plain text. */
export function textOf(report: Report, series: readonly Series[]): string {
  const { figures, latencies, rounds, secrets, idleMegabytes, loadedMegabytes } = report;
  const lines = [
    `${secrets} secrets; medians of ${rounds} rounds; p50, p99 and processor time of a request in ms, WAL in bytes`,
  ];
  for (const [processes, connections] of settingsOf(figures)) {
    const here = figures.filter((each) => each.processes === processes && each.connections === connections);
    lines.push('', titleOfSetting(processes, connections), row(headersFor(processes)));
    lines.push(...here.map((figure) => row([titleOf(figure.series, series), ...cellsOf(figure)])));
  }
  if (latencies.length > 0) lines.push('', 'Open loop', row(['', 'requests/s', '', '', '', 'p50', 'p99']));
  for (const { series: name, requestsPerSecond, p50, p99 } of latencies) {
    lines.push(
      row([titleOf(name, series), requestsPerSecond.toFixed(0), '', '', '', p50.toFixed(2), p99.toFixed(2)]),
    );
  }
  lines.push(
    '',
    `Memory of one process: ${idleMegabytes.toFixed(0)} MB idle, ${loadedMegabytes.toFixed(0)} MB after the load`,
  );
  return `${lines.join('\n')}\n`;
}

/** Returns the ratios at 64 connections and one process by series, and all figures. */
export function jsonOf(report: Report): object {
  const main = report.figures.filter(({ processes, connections }) => processes === 1 && connections === 64);
  const ratios = main.flatMap(({ series, ratio }) =>
    ratio === undefined ? [] : [[series, Number(ratio.toFixed(3))] as const],
  );
  return { ratios: Object.fromEntries(ratios), idle_rss_mb: Math.round(report.idleMegabytes), ...report };
}

function settingsOf(figures: readonly Figure[]): [processes: number, connections: number][] {
  const names = new Set(figures.map(({ processes, connections }) => `${processes} ${connections}`));
  return [...names].map((name) => {
    const [processes = 0, connections = 0] = name.split(' ').map(Number);
    return [processes, connections];
  });
}

function titleOfSetting(processes: number, connections: number): string {
  const ofOne = processes > 1 ? '; the last column is the rate as a ratio to that of one process' : '';
  return `${counted(connections, 'connection')}, ${counted(processes, 'process')}${ofOne}`;
}

function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun}${noun.endsWith('s') ? 'es' : 's'}`;
}

function headersFor(processes: number): string[] {
  const rates = ['', 'requests/s', '(least to most)', 'ratio', '(spread)', 'p50', 'p99'];
  return [...rates, 'server', 'PG', 'load', 'WAL', ...(processes > 1 ? ['to one', '(spread)'] : [])];
}

function cellsOf(figure: Figure): string[] {
  const { requestsPerSecond, spread, p50, p99, serverMs, postgresMs, loadMs, walBytes } = figure;
  return [
    requestsPerSecond.toFixed(0),
    `(${spread.map((each) => each.toFixed(0)).join(' to ')})`,
    ...ratioCells(figure.ratio, figure.ratioSpread),
    ...[p50, p99].map((each) => each.toFixed(2)),
    ...[serverMs, postgresMs, loadMs].map((each) => each.toFixed(3)),
    walBytes?.toFixed(0) ?? '',
    ...ratioCells(figure.ratioToOneProcess, figure.ratioToOneProcessSpread),
  ];
}

function ratioCells(ratio?: number, spread?: Spread): string[] {
  if (ratio === undefined || spread === undefined) return ['', ''];
  return [ratio.toFixed(2), `(${spread.map((each) => each.toFixed(2)).join('–')})`];
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[index] ?? 0)))
    .join(' ')
    .trimEnd();
}

function titleOf(name: string, series: readonly Series[]): string {
  return series.find((each) => each.name === name)?.title ?? name;
}
