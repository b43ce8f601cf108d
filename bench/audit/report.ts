import { median } from '../median.js';
import type { RecordingCost } from './recording-cost.js';
import type { RequestCost } from './request-cost.js';
import type { SealingCost } from './sealing-cost.js';

interface Costs {
  readonly requests: readonly RequestCost[];
  readonly recording: RecordingCost;
  readonly sealing: readonly SealingCost[];
}

/** Returns all figures as a text. */
export function reportOf({ requests, recording, sealing }: Costs): string {
  const titles = [...new Set(requests.map(({ title }) => title))];
  const { wholeMs, withoutPendingMs } = recording;
  return [
    'Requests a second with events and without, and the ratio of the two in one round (medians; the range in parentheses)',
    ...titles.map((title) => rateLine(title, requests)),
    '',
    `An event takes ${wholeMs.toFixed(3)} ms of PostgreSQL's processor, and ${withoutPendingMs.toFixed(3)} ms without its row ` +
      `to be sealed: ${(wholeMs / withoutPendingMs).toFixed(2)} times`,
    '',
    'The sealer, for 1,000 events, which are those of a second',
    ...sealing.map(sealingLine),
    '',
  ].join('\n');
}

function rateLine(title: string, requests: readonly RequestCost[]): string {
  const rounds = requests.filter((cost) => cost.title === title);
  const of = (pick: (cost: RequestCost) => number): number => median(rounds.map(pick));
  const ratios = rounds.map(
    ({ withEvents, withoutEvents }) => withEvents.requestsPerSecond / withoutEvents.requestsPerSecond,
  );
  const rates = [
    of(({ withEvents }) => withEvents.requestsPerSecond),
    of(({ withoutEvents }) => withoutEvents.requestsPerSecond),
  ];
  const postgres = [
    of(({ withEvents }) => withEvents.postgresMs),
    of(({ withoutEvents }) => withoutEvents.postgresMs),
  ];
  return (
    `  ${title.padEnd(22)} ${rates.map((rate) => rate.toFixed(0)).join(' and ')}: ${median(ratios).toFixed(2)} ` +
    `(${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}); ` +
    `PostgreSQL ${postgres.map((each) => each.toFixed(3)).join(' and ')} ms`
  );
}

function sealingLine(cost: SealingCost): string {
  const ofProcess = `${cost.processMs.toFixed(1)} ms of the process and ${cost.postgresMs.toFixed(1)} ms of PostgreSQL`;
  const times = `${cost.transactions.toFixed(1)} transactions of ${cost.medianMs.toFixed(0)} ms, at most ${cost.longestMs.toFixed(0)} ms`;
  const bytes = `WAL of an event: ${cost.recordedBytes.toFixed(0)} bytes recorded, ${cost.sealedBytes.toFixed(0)} sealed`;
  return `  in ${cost.logs.toLocaleString('en')} logs: ${ofProcess}; ${times}; ${bytes}`;
}
