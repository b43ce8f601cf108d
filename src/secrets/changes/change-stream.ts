import { toDomainError } from '../../api/errors/to-domain-error.js';
import { toChangeItem } from './change.mapper.js';
import type { NextChanges } from './change-reader.js';
import type { FeedPlace, SecretChange } from './secret-change.js';
import type { BegunStream } from './change-feed.service.js';

/** Sets how often a stream without changes shows that it is alive, with a new cursor. */
const HEARTBEAT_MS = 15_000;

/** Sets after which time a client connects again, in milliseconds. */
const RETRY_MS = 2_000;

const STOPPING = 'This process of the service stops; connect again with the last id';

export interface StreamOptions {
  /** Returns the cursor of a place. */
  readonly cursorOf: (place: FeedPlace) => Promise<string>;
  /** Is told what ended the stream. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Writes a stream as server-sent events (the HTML standard, section 9.2): an event for each change, whose id is the
 * cursor after it. The first event says where the stream begins, and the last one, if the service ends it, why. An id
 * alone is the heartbeat: it moves the cursor on and shows no event.
 */
export async function* eventStream(
  { start, first, reader }: BegunStream,
  { cursorOf, onFailure }: StreamOptions,
): AsyncGenerator<string, void> {
  let place = start;
  try {
    yield `retry: ${RETRY_MS}\n${eventText(await cursorOf(start), 'open', {})}`;
    for (let next: NextChanges = first; ; next = await reader.next(performance.now() + HEARTBEAT_MS)) {
      if (next.isOver) {
        yield eventText(await cursorOf(place), 'end', { error_code: 'unavailable', message: STOPPING });
        return;
      }
      const texts = await Promise.all(next.changes.map((change) => changeText(change, cursorOf)));
      place = next.upto;
      if (next !== first || texts.length > 0) yield `${texts.join('')}id: ${await cursorOf(place)}\n\n`;
    }
  } catch (error) {
    onFailure(error);
    const { code, message, members } = toDomainError(error);
    yield eventText(undefined, 'end', { error_code: code, message, ...members });
  }
}

async function changeText(
  change: SecretChange,
  cursorOf: (place: FeedPlace) => Promise<string>,
): Promise<string> {
  return eventText(await cursorOf(change), 'change', toChangeItem(change));
}

function eventText(id: string | undefined, event: string, data: object): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Passes the parts on, and cuts the reader off that does not take one in time.
 * @param cut ends the connection
 */
export async function* cutIfStalled(
  parts: AsyncGenerator<string, void>,
  milliseconds: number,
  cut: () => void,
): AsyncGenerator<string, void> {
  for await (const part of parts) {
    const timer = setTimeout(cut, milliseconds).unref();
    try {
      yield part;
    } finally {
      clearTimeout(timer);
    }
  }
}
