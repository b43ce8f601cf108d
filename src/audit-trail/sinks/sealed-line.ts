import type { SealedEvent } from './sink.js';

/** Begins the line of every event. */
export const LINE_BEGINNING = '{"origin":"strongroom/';

/**
 * Returns the line that every sink sends for an event, without a line feed. The bytes between `"event":` and the last `}` are
 * the event as it was sealed; docs/operations/audit-sinks.md specifies the line.
 */
export function sealedLine({ origin, index, body }: SealedEvent): string {
  return `{"origin":"${origin}","index":${index},"event":${body}}`;
}

/** Returns the lines of events, each with the line feed that ends it. */
export function sealedLines(events: readonly SealedEvent[]): Buffer {
  return Buffer.from(events.map((event) => `${sealedLine(event)}\n`).join(''));
}
