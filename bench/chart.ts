import type { Figure } from './figures.js';
import type { Series } from './series.js';

const WIDTH = 820;
const [LEFT, RIGHT] = [196, 56];
const [TOP, BOTTOM] = [84, 50];
const [BAR, GAP, GROUP_GAP] = [11, 2, 14];
const SHADES = 4;
const STEP = 0.25;

/** Defines colours that differ in lightness too, on both light and dark backgrounds. */
const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .soft { fill: #59636e; }
  .value { font-size: 10px; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .ground { fill: #ffffff; }
  .grid { stroke: #d8dee4; }
  .one { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 5 3; }
  .spread { stroke: #1f2328; }
  .target { stroke: #cf222e; stroke-width: 2.5; }
  .bar0 { fill: #a9cdf5; } .bar1 { fill: #6aa6e8; } .bar2 { fill: #2f74c0; } .bar3 { fill: #16437a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .soft { fill: #9198a1; }
    .value { stroke: #0d1117; }
    .ground { fill: #0d1117; }
    .grid { stroke: #2f353d; }
    .one { stroke: #e6edf3; }
    .spread { stroke: #e6edf3; }
    .target { stroke: #ff7b72; }
    .bar0 { fill: #7fb2ee; } .bar1 { fill: #568fd6; } .bar2 { fill: #356fb8; } .bar3 { fill: #1f4c86; }
  }`;

type Named = Pick<Series, 'name' | 'title' | 'target'>;
type Compared = Figure & Required<Pick<Figure, 'ratio' | 'ratioSpread'>>;
type Group = Pick<Named, 'title' | 'target'> & { readonly bars: readonly Compared[] };
type Placed = Group & { readonly top: number; readonly bottom: number };
type Scale = (ratio: number) => number;

/**
 * Draws the ratios of one process as an SVG: for each series a bar at each number of connections with its spread, the
 * yardstick's line at 1, and a mark at the target. Equal figures give an identical picture.
 */
export function chartOf(figures: readonly Figure[], series: readonly Named[]): string {
  const compared = figures.filter(isCompared);
  const connections = [...new Set(compared.map((figure) => figure.connections))];
  const groups = series
    .map(({ name, title, target }) => ({
      title,
      target,
      bars: compared.filter(({ series }) => series === name),
    }))
    .filter(({ bars }) => bars.length > 0);
  const placed = placedFrom(TOP, groups);
  const bottom = placed.at(-1)?.bottom ?? TOP;
  const most = mostOf(compared, series);
  const x: Scale = (ratio) => round(LEFT + (ratio / most) * (WIDTH - LEFT - RIGHT));
  const height = bottom + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Rates of Strongroom as ratios to bare routes">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(16, 28, 'Rate of one process as a ratio to the bare route of the same round', 'title'),
    ...legendOf(connections),
    ...gridOf(most, bottom, x),
    ...placed.map((group) => barsOf(group, connections, x)),
    `<line class="one" x1="${x(1)}" x2="${x(1)}" y1="${TOP}" y2="${bottom}"/>`,
    ...placed.map((group) => marksOf(group, x)),
    text(
      (LEFT + WIDTH - RIGHT) / 2,
      bottom + 38,
      'requests a second ÷ those of the bare route',
      'soft middle',
    ),
    '</svg>',
    '',
  ].join('\n');
}

function isCompared(figure: Figure): figure is Compared {
  return figure.processes === 1 && figure.ratio !== undefined && figure.ratioSpread !== undefined;
}

/** Returns the end of the axis: the next step after the largest value shown. */
function mostOf(compared: readonly Compared[], series: readonly Named[]): number {
  const shown = [1, ...compared.flatMap(({ ratioSpread }) => ratioSpread)];
  const targets = series.map(({ target = 0 }) => target);
  return (Math.floor(Math.max(...shown, ...targets) / STEP) + 1) * STEP;
}

/** Places the groups one below the other. */
function placedFrom(top: number, groups: readonly Group[]): Placed[] {
  const placed: Placed[] = [];
  let bottom = top;
  for (const group of groups) {
    const begin = bottom + GROUP_GAP / 2;
    bottom = begin + group.bars.length * (BAR + GAP) + GROUP_GAP / 2;
    placed.push({ ...group, top: begin, bottom });
  }
  return placed;
}

function barsOf({ title, bars, top, bottom }: Placed, connections: readonly number[], x: Scale): string {
  const parts = bars.map(({ ratio, connections: count }, index) => {
    const shade = connections.indexOf(count) % SHADES;
    return `<rect class="bar${shade}" x="${LEFT}" y="${top + index * (BAR + GAP)}" width="${round(x(ratio) - LEFT)}" height="${BAR}"/>`;
  });
  return [text(LEFT - 10, (top + bottom) / 2 - 1, title, 'end'), ...parts].join('\n');
}

/** Draws the marks over the bars: the spread of the rounds, the target and the numbers. */
function marksOf({ bars, target, top, bottom }: Placed, x: Scale): string {
  const goal =
    target === undefined
      ? []
      : [`<line class="target" x1="${x(target)}" x2="${x(target)}" y1="${top - 4}" y2="${bottom - 5}"/>`];
  const parts = bars.map(({ ratio, ratioSpread: [least, most] }, index) => {
    const y = top + index * (BAR + GAP);
    return (
      `<line class="spread" x1="${x(least)}" x2="${x(most)}" y1="${y + BAR / 2}" y2="${y + BAR / 2}"/>` +
      text(x(most) + 5, y + BAR - 2, ratio.toFixed(2), 'value')
    );
  });
  return [...goal, ...parts].join('\n');
}

function gridOf(most: number, bottom: number, x: Scale): string[] {
  const values = Array.from({ length: Math.round(most / STEP) + 1 }, (_, index) => index * STEP);
  return values.map(
    (value) =>
      `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${TOP}" y2="${bottom}"/>` +
      text(x(value), bottom + 18, value.toFixed(2), 'soft middle'),
  );
}

function legendOf(connections: readonly number[]): string[] {
  const y = 54;
  const swatches = connections.map((_, index) => {
    return `<rect class="bar${index % SHADES}" x="${16 + index * 54}" y="${y - 10}" width="11" height="11"/>`;
  });
  const labels = connections.map((count, index) => text(31 + index * 54, y, String(count), 'soft'));
  const after = 16 + connections.length * 54;
  const [line, mark, whisker] = [after + 100, after + 234, after + 364];
  return [
    ...swatches,
    ...labels,
    text(after, y, 'connections', 'soft'),
    `<line class="one" x1="${line}" x2="${line + 20}" y1="${y - 4}" y2="${y - 4}"/>`,
    text(line + 26, y, 'the bare route', 'soft'),
    `<line class="target" x1="${mark}" x2="${mark}" y1="${y - 11}" y2="${y + 2}"/>`,
    text(mark + 8, y, 'aimed at with 64', 'soft'),
    `<line class="spread" x1="${whisker}" x2="${whisker + 20}" y1="${y - 4}" y2="${y - 4}"/>`,
    text(whisker + 26, y, 'least to most', 'soft'),
  ];
}

function text(x: number, y: number, content: string, classes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${classes}" x="${x}" y="${y}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
