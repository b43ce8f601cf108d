import { Readable } from 'node:stream';

type Chunks = AsyncGenerator<string, void>;

/**
 * Returns text as a stream, read only as fast as it is taken. The first chunk is fetched before this returns, so that what
 * fails at once can be answered; what fails later cuts the stream off.
 * @param chunks is ended when the reader goes
 */
export async function begunStream(chunks: Chunks, onFailure: (error: unknown) => void): Promise<Readable> {
  const first = await chunks.next();
  return Readable.from(rest(chunks, first, onFailure), { objectMode: false, highWaterMark: 1 });
}

/** Begins with the first chunk. A generator would not end `chunks` if the reader went before it was asked for anything. */
function rest(
  chunks: Chunks,
  first: IteratorResult<string, void>,
  onFailure: (error: unknown) => void,
): AsyncIterable<string> {
  let waiting: IteratorResult<string, void> | undefined = first;
  const next = async (): Promise<IteratorResult<string, void>> => {
    const result = waiting ?? (await chunks.next());
    waiting = undefined;
    return result;
  };
  const finish = async (): Promise<IteratorResult<string, void>> => {
    await chunks.return();
    return { done: true, value: undefined };
  };
  const told = (work: () => Promise<IteratorResult<string, void>>) => () =>
    work().catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  return { [Symbol.asyncIterator]: () => ({ next: told(next), return: told(finish) }) };
}
