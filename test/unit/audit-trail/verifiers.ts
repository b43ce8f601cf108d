import { eventsOf } from '../../../src/audit-trail/verify/export-report.js';
import { readOlderCheckpoint } from '../../../src/audit-trail/verify/older-checkpoints.js';
import { verifyExport } from '../../../src/audit-trail/verify/verify-export.js';
import { LogKeys } from '../../../src/transparency/log-keys.js';

/** Says what a verifier found, in the words that both have in common. */
interface Verdict {
  /** The damaged line; null where everything is proved. */
  readonly line: number | null;
  readonly problem: string | null;
  readonly events: number;
  readonly logs: readonly ProvedVector[];
}

export interface ProvedVector {
  readonly origin: string;
  readonly before: number;
  readonly size: number;
  readonly root: string;
  readonly time: string | null;
}

type Verify = (file: Buffer, keys: string, checkpoints?: readonly string[]) => Promise<Verdict>;

/** Gives a file in parts, so that lines are cut in the middle. */
async function* inParts(file: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let begin = 0; begin < file.length; begin += length) {
    yield await Promise.resolve(file.subarray(begin, begin + length));
  }
}

const PART = 700;

const known = new Map<string, LogKeys>();

const ours: Verify = async (file, keyText, checkpoints = []) => {
  const keys = known.get(keyText) ?? LogKeys.parse(keyText);
  known.set(keyText, keys);
  const older = checkpoints.map((text) => {
    const head = readOlderCheckpoint(text, keys);
    if (typeof head === 'string') throw new Error(head);
    return head;
  });
  const { logs, damage } = await verifyExport(inParts(file, PART), { keys, older });
  return {
    ...{ line: damage?.line ?? null, problem: damage?.problem ?? null, events: eventsOf(logs) },
    logs: logs.map(({ origin, before, size, root, lastTime }) => ({
      ...{ origin, before, size, root: root.toString('base64'), time: lastTime },
    })),
  };
};

interface Script {
  verify(
    chunks: AsyncIterable<Uint8Array>,
    keys: string,
    checkpoints: readonly string[],
  ): Promise<{ logs: ProvedVector[]; line?: number; problem?: string }>;
}

const script = (await import('../../../docs/verify-audit.mjs')) as unknown as Script;

const independent: Verify = async (file, keys, checkpoints = []) => {
  const { logs, line = null, problem = null } = await script.verify(inParts(file, PART), keys, checkpoints);
  return {
    ...{ line, problem, events: logs.reduce((sum, { before, size }) => sum + size - before, 0) },
    logs: logs.map(({ origin, before, size, root, time }) => ({ origin, before, size, root, time })),
  };
};

/** Lists both implementations of the format. */
export const VERIFIERS: readonly (readonly [name: string, verify: Verify])[] = [
  ['strongroom-admin audit verify', ours],
  ['docs/verify-audit.mjs', independent],
];
