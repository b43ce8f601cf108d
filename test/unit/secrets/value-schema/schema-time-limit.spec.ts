import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { limitTime } from '../../../../src/secrets/value-schema/schema-time-limit.js';

const BUSY = 'for (;;);';
const WAITING = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
const LIMIT = { processor: 100, elapsed: 60_000 };

describe('limitTime', () => {
  let worker: Worker | undefined;
  afterEach(() => worker?.terminate());

  /** Starts a thread that reports its name and then repeats an action endlessly. */
  async function threadThat(does: string): Promise<string> {
    const program = `
      require('node:worker_threads').parentPort.postMessage(require('node:fs').readlinkSync('/proc/thread-self'));
      ${does}`;
    worker = new Worker(program, { eval: true });
    const [thread] = (await once(worker, 'message')) as [string];
    return thread;
  }

  const exceeded = (thread: string | undefined, limit = LIMIT): Promise<void> =>
    new Promise((resolve) => {
      const stop = limitTime(thread, limit, () => {
        stop();
        resolve();
      });
    });

  it('is exceeded by a thread that computes without end, each time anew', async () => {
    const thread = await threadThat(BUSY);
    for (let time = 0; time < 3; time += 1) {
      const started = performance.now();
      await exceeded(thread);
      // No thread can use more time than has passed; the kernel rounds to hundredths of a second.
      expect(performance.now() - started).toBeGreaterThan(LIMIT.processor - 20);
    }
  });

  it('is not exceeded by a thread that gets no processor, however long that takes', async () => {
    let over = false;
    const stop = limitTime(await threadThat(WAITING), LIMIT, () => (over = true));
    await sleep(10 * LIMIT.processor);
    stop();
    expect(over).toBe(false);
  });

  it.each([undefined, '1/task/none'])('is one of elapsed time for the thread %j', async (thread) => {
    await exceeded(thread, { ...LIMIT, elapsed: 10 });
  });

  it('is never exceeded once the watch has ended', async () => {
    const thread = await threadThat(BUSY);
    let over = false;
    for (const each of [thread, undefined])
      limitTime(each, { processor: 10, elapsed: 10 }, () => (over = true))();
    await sleep(300);
    expect(over).toBe(false);
  });
});
