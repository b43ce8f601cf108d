import { Readable } from 'node:stream';
import { jsonOf } from '../../../api/json/json-text.js';

/**
 * Returns a JSON array as a stream, read only as fast as it is taken. The first batch is fetched before this returns,
 * so that what fails at once can be answered; what fails later leaves the array open, so that a part is never taken for
 * the whole.
 * @param batches is ended when the reader goes
 */
export async function jsonArrayStream(
  batches: AsyncGenerator<readonly object[], void>,
  onFailure: (error: unknown) => void,
): Promise<Readable> {
  const first = await batches.next();
  return Readable.from(chunksOf(batches, first, onFailure), { objectMode: false, highWaterMark: 1 });
}

function chunksOf(
  batches: AsyncGenerator<readonly object[], void>,
  first: IteratorResult<readonly object[], void>,
  onFailure: (error: unknown) => void,
): AsyncIterable<string> {
  let waiting: Promise<IteratorResult<readonly object[], void>> | undefined = Promise.resolve(first);
  let before = '[';
  let ended = false;
  const next = async (): Promise<IteratorResult<string, undefined>> => {
    if (ended) return { done: true, value: undefined };
    const { done, value } = await (waiting ?? batches.next());
    waiting = undefined;
    if (done === true) {
      ended = true;
      return { value: before === '[' ? '[]' : ']' };
    }
    const text = before + value.map(jsonOf).join(',');
    before = ',';
    return { value: text };
  };
  const finish = async (): Promise<IteratorResult<string, undefined>> => {
    await batches.return();
    return { done: true, value: undefined };
  };
  const told = (work: () => Promise<IteratorResult<string, undefined>>) => () =>
    work().catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  return { [Symbol.asyncIterator]: () => ({ next: told(next), return: told(finish) }) };
}
