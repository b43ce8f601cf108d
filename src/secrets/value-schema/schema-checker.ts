import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Busy } from '../../common/errors.js';
import { FairGate, type GateGauge } from '../../common/turns/fair-gate.js';
import type { Share } from '../../common/turns/turn-queue.js';
import { limitTime, type TimeLimit } from './schema-time-limit.js';

/** Limits compiling and checking together; it also ends a runaway pattern. */
const LIMIT: TimeLimit = { processor: 250, elapsed: 30_000 };
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
const PROGRAM = new URL('./schema-worker.js', import.meta.url);

/** Limits checks to one at a time, for which tenants take turns, and limits those that wait. */
const WAITING = { places: 1, waiting: 2_000, waitingOfGroup: 200, waitMilliseconds: 20_000 };
const BUSY = 'Too many values wait to be checked against a schema; try again in a second';

/** Holds a schema and a value as JSON. */
export interface SchemaQuestion {
  readonly schema: string;
  readonly value: string;
}

/** Holds the worker's answer. */
export interface SchemaAnswer {
  readonly kind: 'valid' | 'invalid' | 'unusable';
  readonly reason?: string;
}

/** Holds an answer, undefined if the check used too much time or memory, and the time of the check without its wait. */
export interface Checked {
  readonly answer: SchemaAnswer | undefined;
  readonly milliseconds: number;
}

interface StartedWorker {
  readonly worker: Worker;
  /** Names the worker's thread for `limitTime`. */
  readonly thread: string | undefined;
}

/**
 * Checks values in a worker thread without environment variables, one at a time. A check that uses too much processor
 * time ends the worker, which is replaced when it is needed again.
 */
export class SchemaChecker {
  private readonly gate = new FairGate(WAITING, () => new Busy(BUSY));
  private worker: Promise<StartedWorker> | undefined;

  get gauge(): GateGauge {
    return this.gate.gauge;
  }

  /**
   * Checks a value when it is the share's turn.
   * @param isMoved tells, once it is the check's turn, whether the check now belongs to another worker
   * @returns undefined if it does
   * @throws Busy when too many checks of the tenant wait, or its turn does not come in time
   */
  check(
    share: Share,
    question: SchemaQuestion,
    isMoved: () => boolean = () => false,
  ): Promise<Checked | undefined> {
    return this.gate.hold(share, async () => {
      if (isMoved()) return undefined;
      const begun = performance.now();
      const answer = await this.ask(question);
      return { answer, milliseconds: performance.now() - begun };
    });
  }

  /** Ends the worker. */
  async end(): Promise<void> {
    const started = await this.worker?.catch(() => undefined);
    await started?.worker.terminate();
  }

  private async ask(question: SchemaQuestion): Promise<SchemaAnswer | undefined> {
    this.worker ??= startedWorker(() => (this.worker = undefined));
    const started = await this.worker;
    const answer = await answerOf(started, question);
    if (answer === undefined) await started.worker.terminate();
    return answer;
  }
}

/** Starts a worker and waits until it has loaded its program. That time does not count towards any check. */
async function startedWorker(ended: () => void): Promise<StartedWorker> {
  const worker = new Worker(PROGRAM, { env: {}, execArgv: [], resourceLimits: MEMORY });
  // Running out of memory is an error, which an emitter without a listener throws.
  worker.on('error', () => undefined).on('exit', ended);
  worker.unref();
  const exit = once(worker, 'exit').then(() => {
    throw new Error('The worker ended before it had loaded its program');
  });
  exit.catch(() => undefined);
  const [{ thread }] = (await Promise.race([once(worker, 'message'), exit])) as [
    { thread: string | undefined },
  ];
  return { worker, thread };
}

/** @returns undefined if the worker used too much time, or ended before it answered */
function answerOf(
  { worker, thread }: StartedWorker,
  question: SchemaQuestion,
): Promise<SchemaAnswer | undefined> {
  return new Promise((resolve) => {
    const unanswered = (): void => answered(undefined);
    const answered = (verdict: SchemaAnswer | undefined): void => {
      stopWatching();
      worker.off('message', answered).off('exit', unanswered);
      resolve(verdict);
    };
    const stopWatching = limitTime(thread, LIMIT, unanswered);
    worker.once('message', answered).once('exit', unanswered);
    worker.postMessage(question);
  });
}
