import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unexplained } from '../../support/linearizability.js';
import {
  secretModel,
  staleRead,
  telling,
  type Answered,
  type Operation,
  type Request,
} from '../../support/secret-history.js';

const LOST = Infinity;
const ABSENT: Answered = { outcome: 'absent' };
const CONFLICT: Answered = { outcome: 'conflict' };
const OK: Answered = { outcome: 'ok' };
const shows = (value: string): Answered => ({ outcome: 'ok', value });

const ask = (began: number, ended: number, request: Request, answer?: Answered): Operation => ({
  began,
  ended,
  request,
  answer,
});
const get = (began: number, ended: number, answer: Answered) => ask(began, ended, { kind: 'get' }, answer);
const create = (began: number, ended: number, value: string, answer?: Answered) =>
  ask(began, ended, { kind: 'create', value }, answer);
const update = (began: number, ended: number, value: string, answer?: Answered) =>
  ask(began, ended, { kind: 'update', value }, answer);
const remove = (began: number, ended: number, answer?: Answered) =>
  ask(began, ended, { kind: 'delete' }, answer);

const isExplained = (history: readonly Operation[]) => unexplained(history, secretModel) === undefined;

describe('histories that can be explained', () => {
  it.each<[string, Operation[]]>([
    ['nothing at all', []],
    [
      'one after the other',
      [
        get(1, 2, ABSENT),
        create(3, 4, 'a', OK),
        create(5, 6, 'b', CONFLICT),
        get(7, 8, shows('a')),
        update(9, 10, 'c', shows('c')),
        remove(11, 12, shows('c')),
        update(13, 14, 'd', ABSENT),
        remove(15, 16, ABSENT),
        create(17, 18, 'e', OK),
        remove(19, 20, OK),
        get(21, 22, ABSENT),
      ],
    ],
    [
      'reads beside a write, one of the old value and one of the new',
      [
        create(1, 2, 'a', OK),
        update(3, 10, 'b', OK),
        get(4, 6, shows('a')),
        get(5, 7, shows('b')),
        get(8, 9, shows('b')),
      ],
    ],
    [
      'writes beside each other, in the order that reads show',
      [create(1, 2, 'a', OK), update(3, 8, 'b', OK), update(4, 7, 'c', OK), get(9, 10, shows('b'))],
    ],
    [
      'two creations with a deletion beside them',
      [create(1, 4, 'a', OK), create(2, 6, 'b', OK), remove(3, 5, OK)],
    ],
    ['a lost write that nobody sees', [create(1, LOST, 'a'), get(2, 3, ABSENT), create(4, 5, 'b', OK)]],
    [
      'a lost write that is seen late',
      [create(1, 2, 'a', OK), update(3, LOST, 'b'), get(4, 5, shows('a')), get(6, 7, shows('b'))],
    ],
    [
      'a lost deletion that comes late',
      [create(1, 2, 'a', OK), remove(3, LOST), get(4, 5, shows('a')), get(6, 7, ABSENT)],
    ],
    [
      'a lost creation that stands in the way',
      [create(1, LOST, 'a'), create(2, 3, 'b', CONFLICT), get(4, 5, shows('a'))],
    ],
    ['lost writes only', [create(1, LOST, 'a'), remove(2, LOST), update(3, LOST, 'b')]],
  ])('%s', (_what, history) => {
    expect(unexplained(history, secretModel)).toBeUndefined();
    expect(unexplained(telling(history), secretModel)).toBeUndefined();
  });
});

describe('histories that cannot', () => {
  it.each<[string, Operation[]]>([
    ['a stale read', [create(1, 2, 'a', OK), update(3, 4, 'b', OK), get(5, 6, shows('a'))]],
    [
      'a read of the old value after one of the new',
      [create(1, 2, 'a', OK), update(3, 10, 'b', OK), get(4, 5, shows('b')), get(6, 7, shows('a'))],
    ],
    [
      'a lost update',
      [create(1, 2, 'a', OK), update(3, 6, 'b', OK), update(4, 5, 'c', OK), get(7, 8, shows('a'))],
    ],
    [
      'an update that was forgotten',
      [create(1, 2, 'a', OK), update(3, 4, 'b', OK), remove(5, 6, shows('a'))],
    ],
    ['a value from nowhere', [create(1, 2, 'a', OK), get(3, 4, shows('z'))]],
    ['a value before it was written', [create(1, 2, 'a', OK), update(5, 6, 'b', OK), get(3, 4, shows('b'))]],
    ['a deletion that came back', [create(1, 2, 'a', OK), remove(3, 4, OK), get(5, 6, shows('a'))]],
    ['an absence after a creation', [create(1, 2, 'a', OK), get(3, 4, ABSENT)]],
    ['two creations with nothing between', [create(1, 3, 'a', OK), create(2, 4, 'b', OK)]],
    ['a conflict with nothing', [create(1, 2, 'a', CONFLICT)]],
    ['a change of nothing', [update(1, 2, 'a', OK)]],
    ['two deletions of one', [create(1, 2, 'a', OK), remove(3, 5, OK), remove(4, 6, OK)]],
    [
      'a refused write that is seen',
      [create(1, 2, 'a', OK), create(3, 4, 'b', CONFLICT), get(5, 6, shows('b'))],
    ],
    [
      'a lost write that is seen before it began',
      [create(1, 2, 'a', OK), get(3, 4, shows('b')), update(5, LOST, 'b')],
    ],
    [
      'a lost write that is seen twice, with another between',
      [
        create(1, 2, 'a', OK),
        update(3, LOST, 'b'),
        get(4, 5, shows('b')),
        update(6, 7, 'c', OK),
        get(8, 9, shows('b')),
      ],
    ],
    [
      'a lost deletion that happens twice',
      [create(1, 2, 'a', OK), remove(3, LOST), get(4, 5, ABSENT), create(6, 7, 'b', OK), get(8, 9, ABSENT)],
    ],
  ])('%s', (_what, history) => {
    const last = history.filter(({ ended }) => ended !== LOST).at(-1);
    expect(isExplained(history)).toBe(false);
    expect(isExplained(telling(history))).toBe(false);
    expect(isExplained(history.filter((operation) => operation !== last))).toBe(true);
  });

  it('name the answer that nothing explains', () => {
    const stale = get(5, 6, shows('a'));
    const history = [create(1, 2, 'a', OK), update(3, 4, 'b', OK), stale, get(7, 8, shows('b'))];
    expect(unexplained(history, secretModel)).toBe(stale);
  });
});

const VALUES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Generates histories with few values, few outcomes and overlapping times, about half of which can be explained. */
const anyHistory = fc
  .array(
    fc.record({
      kind: fc.constantFrom('get', 'create', 'update', 'delete'),
      outcome: fc.constantFrom('ok', 'ok', 'absent', 'conflict', undefined),
      shown: fc.constantFrom('a', 'b', 'c', undefined),
      began: fc.integer({ min: 0, max: 12 }),
      lasts: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 6 },
  )
  .map((all) =>
    all.map(({ kind, outcome, shown, began, lasts }, index): Operation => {
      const request = kind === 'get' || kind === 'delete' ? { kind } : { kind, value: VALUES[index]! };
      const start = began + index / 100;
      if (outcome === undefined) return ask(start, LOST, request);
      const isShown = outcome === 'ok' && (kind === 'get' || kind === 'delete') && shown !== undefined;
      return ask(start, start + lasts + 0.5, request, { outcome, ...(isShown && { value: shown }) });
    }),
  );

/** Follows the definition: tries every order of some of the operations, including all that were answered. */
function isExplainedByTrying(
  left: readonly Operation[],
  state: string | null = secretModel.initial,
): boolean {
  if (left.every(({ ended }) => ended === LOST)) return true;
  const firstEnd = Math.min(...left.map(({ ended }) => ended));
  return left
    .filter(({ began }) => began < firstEnd)
    .some((operation) => {
      const after = secretModel.step(state, operation);
      const others = left.filter((other) => other !== operation);
      return after !== undefined && isExplainedByTrying(others, after);
    });
}

/**
 * Returns what clients see of an object that handles one operation at a time; some never get an answer. No two times
 * are equal.
 */
function played(steps: readonly { kind: Request['kind']; early: number; late: number; lost: boolean }[]) {
  let state = secretModel.initial;
  return steps.map(({ kind, early, late, lost }, index) => {
    const request: Request = kind === 'get' || kind === 'delete' ? { kind } : { kind, value: `v${index}` };
    const began = (index - early) * 1_000 - 2 * index;
    const ended = (index + late) * 1_000 + 2 * index + 1;
    const shown = state !== null && request.kind !== 'create' ? shows(state) : OK;
    const answers = [request.kind === 'update' ? OK : shown, ABSENT, CONFLICT];
    const operation = answers
      .map((answer) => ask(began, ended, request, answer))
      .find((one) => secretModel.step(state, one) !== undefined)!;
    state = secretModel.step(state, operation)!;
    return lost ? ask(began, LOST, request) : operation;
  });
}

const anyPlay = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Request['kind']>('get', 'create', 'update', 'delete'),
      early: fc.nat(6),
      late: fc.nat(6),
      lost: fc.nat(19).map((one) => one === 0),
    }),
    { minLength: 60, maxLength: 120 },
  )
  .map(played);

describe('the checker', () => {
  it('decides as the definition does, and so without what tells nothing', () => {
    const decided = { true: 0, false: 0 };
    fc.assert(
      fc.property(anyHistory, (history) => {
        const expected = isExplainedByTrying(history);
        decided[`${expected}`] += 1;
        expect(isExplained(history)).toBe(expected);
        expect(isExplained(telling(history))).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(decided.true, decided.false)).toBeGreaterThan(500);
  });

  it('accepts what an object that does one thing at a time answers, and not with a stale read put in', () => {
    let stale = 0;
    fc.assert(
      fc.property(anyPlay, fc.double({ min: 0, max: 0.999, noNaN: true }), (history, choice) => {
        expect(isExplained(history)).toBe(true);
        const read = staleRead(history, choice);
        if (read === undefined) return;
        stale += 1;
        expect(isExplained(telling([...history, read]))).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(stale).toBeGreaterThan(190);
  });
});
