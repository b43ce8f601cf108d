import { eventsOf, type ExportReport, type ProvedLog } from '../../audit-trail/verify/export-report.js';
import { printable } from '../../common/printable.js';
import type { Output } from '../output/output.js';

/** Returns what the verification of an export prints. */
export function exportOutput(name: string, { logs, damage }: ExportReport): Output {
  const events = eventsOf(logs);
  const upTo = latest(logs);
  const json = {
    proved: damage === undefined,
    ...{ events, up_to: upTo, logs: logs.map(logJson), damage: damage ?? null },
  };
  const details = logs.map((log) => `${sentencesOf(log, logs)}\n`).join('');
  const proved = `${counted(events, 'event')} in ${counted(logs.length, 'log')}${upTo === null ? '' : `, up to ${upTo},`}`;
  if (damage === undefined) {
    const verb = events === 1 ? 'is' : 'are';
    const text = `Proved: ${proved} ${verb} complete, unchanged, and in the order in which they were sealed.\n${details}`;
    return { json, text, quiet: [] };
  }
  const before =
    events === 0
      ? 'Nothing before it is proved'
      : `Only what comes before is proved: ${proved.replace(/,$/, '')}`;
  const problem = `NOT PROVED: line ${damage.line} of ${name} ${damage.problem}. ${before}.`;
  return { json, text: details, quiet: [], exit: 'failed', problem };
}

/** Returns the latest time up to which anything is proved. */
function latest(logs: readonly ProvedLog[]): string | null {
  return logs.reduce<string | null>(
    (most, { lastTime }) => ((lastTime ?? '') > (most ?? '') ? lastTime : most),
    null,
  );
}

function sentencesOf(log: ProvedLog, logs: readonly ProvedLog[]): string {
  const { origin, before, size, root, lastTime, verifierKey, epochStart, olderSizes } = log;
  const range = size === before ? `no events after event ${before}` : `events ${before + 1} to ${size}`;
  const sentences = [
    `- ${origin}: ${range}${lastTime === null ? '' : `, the last of ${lastTime}`}; root ${root.toString('base64')}, signed by ${verifierKey}.`,
    ...olderSizes.map(
      (older) => `  Nothing that the older checkpoint of ${counted(older, 'event')} covers has changed.`,
    ),
  ];
  if (epochStart !== undefined) {
    const { previous, reason } = epochStart;
    const why = reason === null ? '' : ` (reason: ${printable(reason, 256)})`;
    sentences.push(
      `  It is a new epoch of the log, which began after event ${previous.size} of ${previous.origin}${why}: what was recorded after that event in the epoch before is not in this log.`,
    );
    if (!logs.some(({ origin: other }) => other === previous.origin))
      sentences.push('  Nothing of the epoch before is in this file.');
  }
  return sentences.join('\n');
}

function logJson(log: ProvedLog): object {
  const { origin, before, size, root, firstTime, lastTime, verifierKey, epochStart, olderSizes } = log;
  return {
    ...{ origin, events: size - before, first_event: before + 1, last_event: size },
    ...{
      first_time: firstTime,
      last_time: lastTime,
      root: root.toString('base64'),
      verifier_key: verifierKey,
    },
    older_checkpoints: olderSizes,
    epoch_start:
      epochStart === undefined
        ? null
        : {
            previous_origin: epochStart.previous.origin,
            previous_size: epochStart.previous.size,
            previous_root: epochStart.previous.root.toString('base64'),
            reason: epochStart.reason,
          },
  };
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
