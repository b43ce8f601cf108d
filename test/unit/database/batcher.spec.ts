import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Busy, Unavailable } from '../../../src/common/errors.js';
import { Batcher } from '../../../src/database/batcher.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Records what it was sent, and answers on request. */
class HeldSender {
  readonly sent: (readonly number[])[] = [];
  private readonly unanswered: (() => void)[] = [];

  readonly send = (inputs: readonly number[]): Promise<string[]> => {
    this.sent.push(inputs);
    return new Promise((resolve) =>
      this.unanswered.push(() => resolve(inputs.map((input) => `answer ${input}`))),
    );
  };

  get inFlight(): number {
    return this.unanswered.length;
  }

  async release(): Promise<void> {
    this.unanswered.shift()?.();
    await turn();
  }
}

describe('a batcher', () => {
  it('sends the calls of one turn together, in order, and gives each its own answer', async () => {
    const sent: (readonly number[])[] = [];
    const batcher = new Batcher((inputs: readonly number[]) => {
      sent.push(inputs);
      return Promise.resolve(inputs.map((input) => input * 10));
    });
    expect(await Promise.all(numbers(5).map((input) => batcher.submit(input)))).toEqual([0, 10, 20, 30, 40]);
    expect(sent).toEqual([[0, 1, 2, 3, 4]]);
    expect(await batcher.submit(7)).toBe(70);
    expect(sent).toEqual([[0, 1, 2, 3, 4], [7]]);
  });

  it('sends nothing before the turn is over', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send);
    void batcher.submit(1);
    await Promise.resolve();
    void batcher.submit(2);
    expect(sender.sent).toEqual([]);
    await turn();
    expect(sender.sent).toEqual([[1, 2]]);
  });

  it('keeps identical inputs apart', async () => {
    let counter = 0;
    const batcher = new Batcher((inputs: readonly string[]) =>
      Promise.resolve(inputs.map(() => (counter += 1))),
    );
    expect(await Promise.all([batcher.submit('same'), batcher.submit('same')])).toEqual([1, 2]);
  });

  it('splits what is more than a batch, and has at most two under way', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send);
    const answers = Promise.all(numbers(200).map((input) => batcher.submit(input)));
    await turn();
    expect(sender.sent.map(({ length }) => length)).toEqual([64, 64]);
    await sender.release();
    expect(sender.sent.map(({ length }) => length)).toEqual([64, 64, 64]);
    void batcher.submit(999);
    await turn();
    expect(sender.inFlight).toBe(2);
    await sender.release();
    expect(sender.sent.at(-1)).toEqual([...numbers(200).slice(192), 999]);
    for (let round = 0; round < 3; round += 1) await sender.release();
    expect(await answers).toEqual(numbers(200).map((input) => `answer ${input}`));
  });

  it('never answers a call with what was sent before it came', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send);
    void batcher.submit(1);
    await turn();
    void batcher.submit(1);
    await turn();
    expect(sender.sent).toEqual([[1], [1]]);
  });

  it('retries a failed batch one by one, so that only the bad input fails', async () => {
    const sent: (readonly number[])[] = [];
    const batcher = new Batcher((inputs: readonly number[]) => {
      sent.push(inputs);
      if (inputs.includes(2)) return Promise.reject(new Error('poisoned'));
      return Promise.resolve(inputs.map((input) => input * 10));
    });
    const results = await Promise.allSettled(numbers(4).map((input) => batcher.submit(input)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toEqual({ status: 'rejected', reason: new Error('poisoned') });
    expect(sent).toEqual([[0, 1, 2, 3], [0], [1], [2], [3]]);
  });

  it('does not retry when the database is gone, nor a lone call', async () => {
    let sends = 0;
    const failWith = (error: Error) =>
      new Batcher((_inputs: readonly number[]) => {
        sends += 1;
        return Promise.reject(error);
      });
    const gone = failWith(new Unavailable());
    const results = await Promise.allSettled(numbers(10).map((input) => gone.submit(input)));
    expect(
      results.every((result) => result.status === 'rejected' && result.reason instanceof Unavailable),
    ).toBe(true);
    expect(sends).toBe(1);
    await expect(failWith(new Error('no')).submit(1)).rejects.toThrow('no');
    expect(sends).toBe(2);
  });

  it('does not retry what must not be sent twice', async () => {
    let sends = 0;
    const send = (): Promise<number[]> => {
      sends += 1;
      return Promise.reject(new Error('perhaps it is done'));
    };
    const batcher = new Batcher<number, number>(send, { repeatable: false });
    const results = await Promise.allSettled(numbers(3).map((input) => batcher.submit(input)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(sends).toBe(1);
  });

  it('sends no more together than may travel together, and what is heavier alone', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send, { weigh: (input) => input, maxWeight: 10, maxInFlight: 9 });
    const answers = Promise.all([4, 6, 1, 50, 3, 3, 3, 3].map((input) => batcher.submit(input)));
    await turn();
    expect(sender.sent).toEqual([[4, 6], [1], [50], [3, 3, 3], [3]]);
    for (let round = 0; round < 5; round += 1) await sender.release();
    expect(await answers).toHaveLength(8);
  });

  it('takes a wrong number of answers for a failure, never for answers', async () => {
    const short = new Batcher((inputs: readonly number[]) =>
      Promise.resolve(inputs.length === 1 ? [`alone ${inputs[0] ?? ''}`] : ['too few']),
    );
    expect(await Promise.all(numbers(3).map((input) => short.submit(input)))).toEqual([
      'alone 0',
      'alone 1',
      'alone 2',
    ]);
    await expect(new Batcher(() => Promise.resolve([])).submit(1)).rejects.toThrow(
      '0 answers to 1 questions',
    );
  });

  it('survives a sender that throws instead of rejecting', async () => {
    let broken = true;
    const batcher = new Batcher((inputs: readonly number[]) => {
      if (broken) throw new Error('thrown');
      return Promise.resolve([...inputs]);
    });
    await expect(batcher.submit(1)).rejects.toThrow('thrown');
    broken = false;
    expect(await batcher.submit(2)).toBe(2);
  });

  it('gives every call its own answer, whatever comes when and fails', async () => {
    const call = fc.record({ input: fc.nat(20), wait: fc.nat(3), poisoned: fc.boolean() });
    const sizes = fc.record({
      maxBatch: fc.integer({ min: 1, max: 8 }),
      maxInFlight: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), sizes, async (calls, options) => {
        let inFlight = 0;
        const batcher = new Batcher(async (inputs: readonly (typeof calls)[number][]) => {
          inFlight += 1;
          expect(inFlight).toBeLessThanOrEqual(options.maxInFlight);
          expect(inputs.length).toBeLessThanOrEqual(options.maxBatch);
          await turn();
          inFlight -= 1;
          if (inputs.some(({ poisoned }) => poisoned)) throw new Error('poisoned');
          return inputs.map(({ input }) => input);
        }, options);
        const results = await Promise.allSettled(
          calls.map(async (one) => {
            for (let turns = 0; turns < one.wait; turns += 1) await turn();
            return batcher.submit(one);
          }),
        );
        results.forEach((result, index) => {
          const { input, poisoned } = calls[index] ?? { input: -1, poisoned: false };
          if (poisoned) expect(result.status).toBe('rejected');
          else expect(result).toEqual({ status: 'fulfilled', value: input });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('turns away what exceeds the bound, and takes more once there is room', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send, { maxBatch: 1, maxInFlight: 1, maxWaiting: 2 });
    const first = batcher.submit(1);
    await turn();
    const waiting = [batcher.submit(2), batcher.submit(3)];
    await expect(batcher.submit(4)).rejects.toBeInstanceOf(Busy);
    await sender.release();
    expect(await first).toBe('answer 1');
    const late = batcher.submit(5);
    for (let time = 0; time < 3; time += 1) await sender.release();
    expect(await Promise.all([...waiting, late])).toEqual(['answer 2', 'answer 3', 'answer 5']);
  });

  it('tells what it does and has done', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send, { maxBatch: 2, maxInFlight: 1, maxWaiting: 3 });
    const first = [batcher.submit(1), batcher.submit(2)];
    await turn();
    const second = [batcher.submit(3), batcher.submit(4), batcher.submit(5)];
    await expect(batcher.submit(6)).rejects.toBeInstanceOf(Busy);
    const none = { full: 1, late: 0 };
    expect(batcher.gauge).toEqual({ sent: 1, calls: 2, inFlight: 1, waiting: 3, refused: none });
    for (let time = 0; time < 3; time += 1) await sender.release();
    await Promise.all([...first, ...second]);
    expect(batcher.gauge).toEqual({ sent: 3, calls: 5, inFlight: 0, waiting: 0, refused: none });
  });

  it('gives up what has waited too long, also while nothing is answered', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send, { maxBatch: 1, maxInFlight: 1, timeoutMilliseconds: 20 });
    const first = batcher.submit(1);
    await turn();
    await expect(batcher.submit(2)).rejects.toBeInstanceOf(Busy);
    await sender.release();
    expect(await first).toBe('answer 1');
  });

  it('lets groups take turns, and refuses what exceeds the bound of one', async () => {
    const sender = new HeldSender();
    const share = (input: number) => ({ group: input < 100 ? 'greedy' : `other ${input}`, member: '' });
    const batcher = new Batcher(sender.send, { maxBatch: 3, maxInFlight: 1, maxWaitingOfGroup: 4, share });
    const first = batcher.submit(0);
    await turn();
    const greedy = [1, 2, 3, 4].map((input) => batcher.submit(input));
    await expect(batcher.submit(5)).rejects.toBeInstanceOf(Busy);
    const others = [100, 101].map((input) => batcher.submit(input));
    await sender.release();
    expect(sender.sent).toEqual([[0], [1, 100, 101]]);
    for (let round = 0; round < 2; round += 1) await sender.release();
    await Promise.all([first, ...greedy, ...others]);
    expect(sender.sent.at(-1)).toEqual([2, 3, 4]);
  });

  it('gives up what has waited too long', async () => {
    const sender = new HeldSender();
    const batcher = new Batcher(sender.send, { maxBatch: 1, maxInFlight: 1, timeoutMilliseconds: 20 });
    const first = batcher.submit(1);
    await turn();
    const late = expect(batcher.submit(2)).rejects.toBeInstanceOf(Busy);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await sender.release();
    expect(await first).toBe('answer 1');
    await late;
    expect(sender.sent).toEqual([[1]]);
  });
});
