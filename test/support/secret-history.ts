import type { Model, Timed } from './linearizability.js';

/** What is asked of one secret. A further kind, such as a change under a condition, is one more line of `happening`. */
export type Request =
  { readonly kind: 'get' | 'delete' } | { readonly kind: 'create' | 'update'; readonly value: string };

/** `value` is there where the answer showed one. */
export interface Answered {
  readonly outcome: 'ok' | 'absent' | 'conflict';
  readonly value?: string;
}

/** One request of one secret; `answer` is undefined where it is not known, and then `ended` is Infinity. */
export interface Operation extends Timed {
  readonly request: Request;
  readonly answer: Answered | undefined;
}

/** A secret's value, or null while there is none. */
type State = string | null;

/** A secret as one who is alone with it knows it. */
export const secretModel: Model<State, Operation> = {
  initial: null,
  step(state, { request, answer }) {
    const { after, outcome, shown } = happening(state, request);
    if (answer === undefined) return after;
    const isSo = answer.outcome === outcome && (answer.value === undefined || answer.value === shown);
    return isSo ? after : undefined;
  },
};

function happening(
  state: State,
  request: Request,
): { after: State; outcome: Answered['outcome']; shown: string | undefined } {
  const { kind } = request;
  if (kind === 'create') {
    if (state !== null) return { after: state, outcome: 'conflict', shown: undefined };
    return { after: request.value, outcome: 'ok', shown: request.value };
  }
  if (state === null) return { after: null, outcome: 'absent', shown: undefined };
  switch (kind) {
    case 'get':
      return { after: state, outcome: 'ok', shown: state };
    case 'update':
      return { after: request.value, outcome: 'ok', shown: request.value };
    case 'delete':
      return { after: null, outcome: 'ok', shown: state };
  }
}

/**
 * Without what cannot be told from nothing: unanswered reads, and unanswered updates whose value nobody saw. A value
 * that nobody saw could stand wherever the one before it stood.
 */
export function telling(history: readonly Operation[]): Operation[] {
  const seen = new Set(history.map(({ answer }) => answer?.value));
  return history.filter(({ request, answer }) => {
    if (answer !== undefined || request.kind === 'delete' || request.kind === 'create') return true;
    return request.kind === 'update' && seen.has(request.value);
  });
}

/**
 * A read that nothing can explain: it began after a write was acknowledged and shows what an earlier write had left.
 * For histories in which no value is written twice and moments are whole numbers.
 * @param choice which of the possible ones, as a part of all from 0 up to 1
 * @returns undefined where no write follows another
 */
export function staleRead(history: readonly Operation[], choice: number): Operation | undefined {
  const writes = history
    .filter(({ request, answer }) => request.kind !== 'get' && answer?.outcome === 'ok')
    .sort((one, other) => one.ended - other.ended);
  const reads = writes.flatMap((later) => {
    const value = writes
      .filter(({ ended }) => ended < later.began)
      .map(({ request }) => ('value' in request ? request.value : undefined))
      .findLast((written) => written !== undefined);
    if (value === undefined) return [];
    const times = { began: later.ended + 0.25, ended: later.ended + 0.75 };
    return [{ ...times, request: { kind: 'get' }, answer: { outcome: 'ok', value } } as const];
  });
  return reads[Math.floor(choice * reads.length)];
}
