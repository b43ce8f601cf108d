import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FairGate, type GateLimits } from '../../../../src/common/turns/fair-gate.js';

const LONG = 60_000;

function gateOf(limits: Partial<GateLimits>): FairGate {
  return new FairGate(
    { places: 2, waiting: 10, waitMilliseconds: LONG, ...limits },
    (refusal) => new Error(`refused: ${refusal}`),
  );
}

const share = (group: string, member = 'one'): { group: string; member: string } => ({ group, member });

/** Starts work that ends when it is told to. */
function started(gate: FairGate, group: string, member?: string): { state: string; end: () => void } {
  const work = { state: 'waiting', end: (): void => undefined };
  const ended = new Promise<void>((resolve) => (work.end = resolve));
  gate
    .hold(share(group, member), () => {
      work.state = 'running';
      return ended;
    })
    .then(
      () => (work.state = 'done'),
      (error: unknown) => (work.state = String(error)),
    );
  return work;
}

describe('FairGate', () => {
  it('runs as much at once as it has places, and one group takes all but one of them', async () => {
    const gate = gateOf({ places: 3 });
    const [one, two, three] = [started(gate, 'a'), started(gate, 'a'), started(gate, 'a')];
    const other = started(gate, 'b');
    await nextTurn();
    expect([one.state, two.state, three.state, other.state]).toEqual([
      'running',
      'running',
      'waiting',
      'running',
    ]);
    expect([gate.running, gate.waiting]).toEqual([3, 1]);
    one.end();
    await nextTurn();
    expect([one.state, three.state]).toEqual(['done', 'running']);
  });

  it('tells what it does and has done, with the time that work has waited', async () => {
    const gate = gateOf({ places: 1 });
    const first = started(gate, 'a');
    started(gate, 'b');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(gate.gauge).toEqual({
      ...{ places: 1, running: 1, waiting: 1, admitted: 1, waitedSeconds: 0 },
      refused: { full: 0, late: 0 },
    });
    first.end();
    await nextTurn();
    expect(gate.gauge).toMatchObject({ running: 1, waiting: 0, admitted: 2 });
    expect(gate.gauge.waitedSeconds).toBeGreaterThan(0.01);
  });

  it('lets groups take turns when a place becomes free', async () => {
    const gate = gateOf({ places: 1 });
    const first = started(gate, 'a');
    const waiting = [started(gate, 'a'), started(gate, 'a'), started(gate, 'b')];
    first.end();
    await nextTurn();
    expect(waiting.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting']);
    waiting[0]?.end();
    await nextTurn();
    expect(waiting.map(({ state }) => state)).toEqual(['done', 'waiting', 'running']);
  });

  it('refuses at once where the queue of all, of a group or of a member is full', async () => {
    const gate = gateOf({ places: 1, waiting: 3, waitingOfGroup: 2, waitingOfMember: 1 });
    started(gate, 'a');
    const states = ['x', 'x', 'y', 'z'].map((member) => started(gate, 'a', member));
    const others = ['b', 'c'].map((group) => started(gate, group));
    await nextTurn();
    const refused = 'Error: refused: full';
    expect(states.map(({ state }) => state)).toEqual(['waiting', refused, 'waiting', refused]);
    expect(others.map(({ state }) => state)).toEqual(['waiting', refused]);
    expect(gate.gauge.refused).toEqual({ full: 3, late: 0 });
  });

  it('refuses work that waited too long, and never runs it', async () => {
    const gate = gateOf({ places: 1, waitMilliseconds: 1 });
    const first = started(gate, 'a');
    let ran = false;
    const work = (): Promise<void> => {
      ran = true;
      return Promise.resolve();
    };
    await expect(gate.hold(share('b'), work)).rejects.toThrow('refused: late');
    first.end();
    await nextTurn();
    expect(ran).toBe(false);
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  it('refuses work that waits longer than it may itself', async () => {
    const gate = gateOf({ places: 1 });
    const first = started(gate, 'a');
    await nextTurn();
    for (const patience of [0, -1_000])
      await expect(gate.hold(share('b'), () => Promise.resolve(), patience)).rejects.toThrow('refused: late');
    first.end();
    await nextTurn();
    await expect(gate.hold(share('b'), () => Promise.resolve('ran'), -1_000)).resolves.toBe('ran');
  });

  it('gives the place back when the work fails', async () => {
    const gate = gateOf({ places: 1 });
    await expect(gate.hold(share('a'), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(gate.hold(share('a'), () => Promise.resolve('ran'))).resolves.toBe('ran');
  });

  it('lets work that all share take every place', async () => {
    const gate = gateOf({ places: 2 });
    await gate.take(undefined);
    await gate.take(undefined);
    expect(gate.running).toBe(2);
  });

  it('lets a group rest after long work, and others run meanwhile', async () => {
    const gate = gateOf({ places: 1, rest: 10_000 });
    const long = started(gate, 'a');
    await new Promise((resolve) => setTimeout(resolve, 120));
    long.end();
    await nextTurn();
    const [same, other] = [started(gate, 'a'), started(gate, 'b')];
    await nextTurn();
    expect([gate.running, same.state, other.state]).toEqual([1, 'waiting', 'running']);
    other.end();
    await nextTurn();
    const next = started(gate, 'b');
    await nextTurn();
    expect([same.state, next.state]).toEqual(['waiting', 'running']);
  });
});
