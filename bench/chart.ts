import type { Figure } from './figures.js';
import type { Series } from './series.js';

const WIDTH = 760;
const LABELS = 200;
const ROW = 30;
const TOP = 44;
const LONGEST = 1.5;

/** The ratios at 64 connections and one process as an SVG: a bar each with its spread, and a mark at what is aimed at. */
export function chartOf(figures: readonly Figure[], series: readonly Series[]): string {
  const bars = figures.filter(
    ({ processes, connections, ratio }) => processes === 1 && connections === 64 && ratio !== undefined,
  );
  const height = TOP + bars.length * ROW + 34;
  const scale = [0, 0.25, 0.5, 0.75, 1, 1.25].map(
    (value) =>
      `<line x1="${x(value)}" x2="${x(value)}" y1="${TOP - 6}" y2="${height - 28}" stroke="${value === 1 ? '#555' : '#ddd'}"/>` +
      `<text x="${x(value)}" y="${height - 12}" text-anchor="middle">${value}</text>`,
  );
  const parts = bars.map((figure, index) => barOf(figure, series, TOP + index * ROW));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="Rates as ratios to the yardstick">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="10" y="22" font-size="14">Rate as a ratio to the bare route of the same round: 64 connections, one process</text>`,
    ...scale,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function barOf(
  { series: name, ratio = 0, ratioSpread = [0, 0] }: Figure,
  series: readonly Series[],
  y: number,
): string {
  const one = series.find((each) => each.name === name);
  const [least, most] = ratioSpread;
  const middle = y + 10;
  const target =
    one?.target === undefined
      ? ''
      : `<line x1="${x(one.target)}" x2="${x(one.target)}" y1="${y - 3}" y2="${y + 23}" stroke="#c00" stroke-width="2"/>`;
  return [
    `<text x="10" y="${y + 14}">${one?.title.replace('&', '&amp;') ?? name}</text>`,
    `<rect x="${LABELS}" y="${y}" width="${x(ratio) - LABELS}" height="20" fill="#4a7ab5"/>`,
    `<line x1="${x(least)}" x2="${x(most)}" y1="${middle}" y2="${middle}" stroke="#123"/>`,
    `<text x="${x(Math.max(ratio, most)) + 6}" y="${y + 14}">${ratio.toFixed(2)}</text>`,
    target,
  ].join('');
}

function x(ratio: number): number {
  return Math.round(LABELS + (Math.min(ratio, LONGEST) / LONGEST) * (WIDTH - LABELS - 60));
}
