import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { cutIfStalled, eventStream } from '../../../../src/secrets/changes/change-stream.js';
import type { BegunStream } from '../../../../src/secrets/changes/change-feed.service.js';
import type { NextChanges } from '../../../../src/secrets/changes/change-reader.js';
import { Unavailable } from '../../../../src/common/errors.js';
import { until } from '../../../support/until.js';

const place = (position: number) => ({ position, mark: String(position) });
const nothing = (position: number): NextChanges => ({
  ...{ changes: [], upto: place(position), more: false, isOver: false },
});

async function textOf(nexts: (NextChanges | Error)[]): Promise<{ text: string; failures: unknown[] }> {
  const failures: unknown[] = [];
  const reader = {
    next: () => {
      const next = nexts.shift()!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
  const begun = { start: place(1), first: nothing(1), reader } as unknown as BegunStream;
  const options = {
    cursorOf: ({ position }: { position: number }) => Promise.resolve(`c${position}`),
    onFailure: (error: unknown) => void failures.push(error),
  };
  let text = '';
  for await (const part of eventStream(begun, options)) text += part;
  return { text, failures };
}

describe('a stream of changes', () => {
  it('moves its cursor on while there is nothing for its reader, and ends with the last one', async () => {
    const { text, failures } = await textOf([nothing(5), { ...nothing(9), isOver: true }]);
    expect(text.split('\n\n')).toEqual([
      'retry: 2000\nid: c1\nevent: open\ndata: {}',
      'id: c5',
      expect.stringMatching(/^id: c5\nevent: end\ndata: \{"error_code":"unavailable","message":".+"\}$/),
      '',
    ]);
    expect(failures).toEqual([]);
  });

  it('says why it ends', async () => {
    const failure = new Unavailable('The database is away');
    const { text, failures } = await textOf([failure]);
    expect(text.split('\n\n').at(-2)).toBe(
      'event: end\ndata: {"error_code":"unavailable","message":"The database is away"}',
    );
    expect(failures).toEqual([failure]);
  });
});

describe('a reader of a stream', () => {
  async function* endless(): AsyncGenerator<string, void> {
    for (;;) yield await Promise.resolve('part');
  }

  it('is cut off when it takes nothing in time, and the stream is released', async () => {
    let released = false;
    async function* parts(): AsyncGenerator<string, void> {
      try {
        yield* endless();
      } finally {
        released = true;
      }
    }
    const stream: Readable = Readable.from(
      cutIfStalled(parts(), 20, () => stream.destroy()),
      { objectMode: false, highWaterMark: 1 },
    );
    stream.read();
    await until(() => stream.destroyed && released);
  });

  it('is not cut off while it waits for the next part', async () => {
    let cuts = 0;
    let give: (() => void) | undefined;
    async function* rare(): AsyncGenerator<string, void> {
      yield 'one';
      await new Promise<void>((resolve) => (give = resolve));
      yield 'two';
    }
    const parts = cutIfStalled(rare(), 5, () => (cuts += 1));
    expect((await parts.next()).value).toBe('one');
    const next = parts.next();
    await until(() => give !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 30));
    give!();
    expect((await next).value).toBe('two');
    expect(cuts).toBe(0);
  });
});
