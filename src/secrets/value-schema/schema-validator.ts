import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { printable } from '../../common/printable.js';
import { Busy } from '../../common/errors.js';
import { FairGate } from '../../common/fair-gate.js';
import type { Share } from '../../common/turn-queue.js';
import { depthProblem, schemaSizeProblem } from './schema-bounds.js';
import type { Schema } from '../secret.js';
import { circleProblem } from './schema-circles.js';
import { limitTime, type TimeLimit } from './schema-time-limit.js';

/** `unusable`: the schema cannot be used for this value, whatever the value is. No reason holds anything of the value. */
export type Verdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Limits compiling and checking together; it also ends a runaway pattern. */
const LIMIT: TimeLimit = { processor: 250, elapsed: 30_000 };
const LONGEST_REASON = 300;
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
const PROGRAM = new URL('./schema-worker.js', import.meta.url);
const TOO_COSTLY = 'it takes too long or too much memory to check; make it simpler';

/** One check runs at a time. A tenant whose checks are costly holds up each check of another tenant by one of its own. */
const WAITING = { places: 1, waiting: 2_000, waitingOfGroup: 200, waitMilliseconds: 20_000 };
const BUSY = 'Too many values wait to be checked against a schema; try again in a second';

/** A verdict, and how long it took without the time in line. */
export interface TimedVerdict {
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

interface StartedWorker {
  readonly worker: Worker;
  /** Names the worker's thread for `limitTime`. */
  readonly thread: string | undefined;
}

/**
 * Holds values against JSON Schemas that somebody else wrote: one at a time, in a worker thread without environment
 * that is ended, and replaced when it is needed again, where it uses too much processor time. Requests go on meanwhile.
 */
@Injectable()
export class SchemaValidator implements OnModuleDestroy {
  private readonly gate = new FairGate(WAITING, () => new Busy(BUSY));
  private worker: Promise<StartedWorker> | undefined;

  /**
   * @param share the tenant and the user whose turn it is
   * @throws Busy when too much of the tenant waits, or its turn does not come in time
   */
  async check(share: Share, schema: Schema, value: unknown): Promise<Verdict> {
    return (await this.timedCheck(share, schema, value)).verdict;
  }

  /** Checks as `check` does, and tells how long it took. */
  async timedCheck(share: Share, schema: Schema, value: unknown): Promise<TimedVerdict> {
    const reason = schemaSizeProblem(schema) ?? depthProblem('`value`', value) ?? circleProblem(schema);
    if (reason !== undefined) return { verdict: { kind: 'unusable', reason }, milliseconds: 0 };
    const question = { schema: JSON.stringify(schema), value: JSON.stringify(value) };
    return this.gate.hold(share, async () => {
      const begun = performance.now();
      const verdict = await this.ask(question);
      return { verdict, milliseconds: performance.now() - begun };
    });
  }

  async onModuleDestroy(): Promise<void> {
    const started = await this.worker?.catch(() => undefined);
    await started?.worker.terminate();
  }

  private async ask(question: { schema: string; value: string }): Promise<Verdict> {
    this.worker ??= startedWorker(() => (this.worker = undefined));
    const started = await this.worker;
    const verdict = await answerOf(started, question);
    if (verdict !== undefined) return bounded(verdict);
    await started.worker.terminate();
    return { kind: 'unusable', reason: `\`schema\` cannot be used: ${TOO_COSTLY}` };
  }
}

/** Starts a worker and waits until it has loaded its program, which counts for no check. */
async function startedWorker(ended: () => void): Promise<StartedWorker> {
  const worker = new Worker(PROGRAM, { env: {}, execArgv: [], resourceLimits: MEMORY });
  // Running out of memory is an error, which an emitter without a listener throws.
  worker.on('error', () => undefined).on('exit', ended);
  worker.unref();
  const [{ thread }] = (await once(worker, 'message')) as [{ thread: string | undefined }];
  return { worker, thread };
}

/** @returns nothing where the worker used too much time for an answer, or came to an end over the question */
function answerOf({ worker, thread }: StartedWorker, question: object): Promise<Verdict | undefined> {
  return new Promise((resolve) => {
    const unanswered = (): void => answered(undefined);
    const answered = (verdict: Verdict | undefined): void => {
      stopWatching();
      worker.off('message', answered).off('exit', unanswered);
      resolve(verdict);
    };
    const stopWatching = limitTime(thread, LIMIT, unanswered);
    worker.once('message', answered).once('exit', unanswered);
    worker.postMessage(question);
  });
}

function bounded(verdict: Verdict): Verdict {
  if (verdict.kind === 'valid') return verdict;
  const reason = printable(verdict.reason.replaceAll('"', "'"), LONGEST_REASON);
  return verdict.kind === 'invalid'
    ? { kind: 'invalid', reason }
    : { kind: 'unusable', reason: `\`schema\` cannot be used: ${reason}` };
}
