/** Describes an operation on a shared object: the time of the request and the time of its answer. */
export interface Timed {
  readonly began: number;
  /** Infinity if no answer arrived; the operation then took effect at any later moment, or never. */
  readonly ended: number;
}

/** Describes the sequential behaviour of an object. */
export interface Model<S extends string | null, O extends Timed> {
  readonly initial: S;
  /**
   * Returns the state after the operation, or undefined if the operation would have had a different answer in that
   * state.
   */
  step(state: S, operation: O): S | undefined;
}

/**
 * Searches for an order of operations, each at one moment between its begin and its end, that explains the history of
 * one object. Uses the algorithm of Wing and Gong (1993) with the cache of Lowe (2017), which tries no set of
 * operations with the same state twice. No two times of a history may be equal.
 * @returns undefined if there is such an order; otherwise the latest operation whose answer no order explains
 */
export function unexplained<S extends string | null, O extends Timed>(
  history: readonly O[],
  model: Model<S, O>,
): O | undefined {
  const search = new Search(history, model);
  let node = search.first;
  let stuck: Node<O> | undefined;
  while (node !== undefined && search.answersLeft > 0) {
    if (node.isCall) {
      node = search.take(node) ? search.first : node.next;
    } else {
      if (stuck === undefined || node.time > stuck.time) stuck = node;
      const last = search.putBack();
      if (last === undefined) return stuck.operation;
      node = last.next;
    }
  }
  return undefined;
}

/** Represents a call or a return in the list of those not explained yet, ordered by time. */
interface Node<O> {
  readonly operation: O;
  readonly bit: bigint;
  readonly isCall: boolean;
  readonly time: number;
  previous?: Node<O>;
  next?: Node<O>;
  /** The return that belongs to a call, if it was answered. */
  answer?: Node<O>;
}

/** Holds the operations that are assumed to have happened, in order, and those that remain to be explained. */
class Search<S extends string | null, O extends Timed> {
  answersLeft: number;
  private state: S;
  private taken = 0n;
  private readonly order: { readonly call: Node<O>; readonly before: S }[] = [];
  private readonly tried = new Set<string>();
  private readonly head: Node<O>;

  constructor(
    history: readonly O[],
    private readonly model: Model<S, O>,
  ) {
    this.state = model.initial;
    this.answersLeft = history.filter(({ ended }) => ended !== Infinity).length;
    this.head = linked(history);
  }

  get first(): Node<O> | undefined {
    return this.head.next;
  }

  /** Applies the operation next, unless that contradicts its answer or the same state was tried before. */
  take(call: Node<O>): boolean {
    const after = this.model.step(this.state, call.operation);
    if (after === undefined) return false;
    const together = this.taken | call.bit;
    const configuration = `${together.toString(32)} ${JSON.stringify(after)}`;
    if (this.tried.has(configuration)) return false;
    this.tried.add(configuration);
    this.order.push({ call, before: this.state });
    this.state = after;
    this.taken = together;
    for (const node of [call, call.answer]) if (node !== undefined) unlink(node);
    if (call.answer !== undefined) this.answersLeft -= 1;
    return true;
  }

  /** Undoes the latest operation and returns it. */
  putBack(): Node<O> | undefined {
    const last = this.order.pop();
    if (last === undefined) return undefined;
    const { call, before } = last;
    this.state = before;
    this.taken &= ~call.bit;
    for (const node of [call.answer, call]) if (node !== undefined) relink(node);
    if (call.answer !== undefined) this.answersLeft += 1;
    return call;
  }
}

/**
 * Links the calls and returns of a history in the order of time.
 * @returns a head before the first node
 */
function linked<O extends Timed>(history: readonly O[]): Node<O> {
  const nodes = history.flatMap((operation, index) => {
    const bit = 1n << BigInt(index);
    const call: Node<O> = { operation, bit, isCall: true, time: operation.began };
    if (operation.ended === Infinity) return [call];
    call.answer = { operation, bit, isCall: false, time: operation.ended };
    return [call, call.answer];
  });
  nodes.sort((one, other) => one.time - other.time);
  const head = { isCall: false, time: -Infinity } as Node<O>;
  let last = head;
  for (const node of nodes) {
    last.next = node;
    node.previous = last;
    last = node;
  }
  return head;
}

function unlink<O>({ previous, next }: Node<O>): void {
  if (previous !== undefined) previous.next = next;
  if (next !== undefined) next.previous = previous;
}

function relink<O>(node: Node<O>): void {
  if (node.previous !== undefined) node.previous.next = node;
  if (node.next !== undefined) node.next.previous = node;
}
