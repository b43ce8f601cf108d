/** Describes an event as a sink gets it: a leaf of the tree of a log. */
export interface SealedEvent {
  readonly origin: string;
  /** The index of the leaf, from 0. */
  readonly index: number;
  /** The exact text of the event, whose hash is the leaf. */
  readonly body: string;
}

/** Takes sealed events to a place outside. One process at a time calls it, one call after the other. */
export interface Sink {
  readonly name: 'file' | 'syslog' | 'webhook';
  /**
   * Returns once the receiver has the events; a call that fails is repeated with the same events.
   * @throws any error; SinkFailure where its message may be logged
   */
  deliver(events: readonly SealedEvent[], signal: AbortSignal): Promise<void>;
  /**
   * Checks without sending anything that the receiver can be reached. Returns what was found.
   * @throws as `deliver`
   */
  check(signal: AbortSignal): Promise<string>;
}
