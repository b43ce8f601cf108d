import type { Model, Timed } from './linearizability.js';

/** Describes a request for one secret. A new kind of request needs one more case in `happening`. */
export type Request =
  { readonly kind: 'get' | 'delete' } | { readonly kind: 'create' | 'update'; readonly value: string };

/** Describes the answer; `value` is set if the answer contained one. */
export interface Answered {
  readonly outcome: 'ok' | 'absent' | 'conflict';
  readonly value?: string;
}

/** Describes one request for a secret. `answer` is undefined if it is unknown; `ended` is then Infinity. */
export interface Operation extends Timed {
  readonly request: Request;
  readonly answer: Answered | undefined;
}

/** Holds a secret's value, or null while it does not exist. */
type State = string | null;

/** Describes the behaviour of a secret for a single client. */
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
 * Returns the history without the operations that explain nothing: unanswered reads, and unanswered updates whose value
 * was never seen. Such a value could replace the one before it anywhere.
 */
export function telling(history: readonly Operation[]): Operation[] {
  const seen = new Set(history.map(({ answer }) => answer?.value));
  return history.filter(({ request, answer }) => {
    if (answer !== undefined || request.kind === 'delete' || request.kind === 'create') return true;
    return request.kind === 'update' && seen.has(request.value);
  });
}

/**
 * Returns a read that no order can explain: it began after a write was acknowledged and shows the result of an earlier
 * write. The history must not write any value twice, and its times must be whole numbers.
 * @param choice selects one of the possible reads, as a fraction from 0 up to 1
 * @returns undefined if no write follows another
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
