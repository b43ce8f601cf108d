import { DomainError } from '../../common/domain-error.js';
import { BadParameters, TooManyRequests } from '../../common/errors.js';

/** Answers a cursor from which the feed cannot go on without a gap. */
export class CursorGone extends DomainError {
  /** @param cursor names the present end of the feed */
  constructor(cursor: string) {
    super(
      'cursor_gone',
      410,
      'Changes since this cursor may be missing: it is older than seven days, from before a restore of the database, or of another tenant; ' +
        'take the new `cursor`, list the secrets again, and go on from that cursor',
      'info',
      {},
      { cursor },
    );
  }
}

/** Returns the error for what no answer has ever given as a cursor. */
export function notACursor(name: string): BadParameters {
  return new BadParameters(
    `\`${name}\` is not a cursor: give what an answer says as \`cursor\`, unchanged; without it, an answer gives a cursor ` +
      'to begin with',
  );
}

/** Returns the error for one request too many that waits for changes. */
export function tooManyWaiting(whose: string): TooManyRequests {
  return new TooManyRequests(
    `Too many requests ${whose} wait for changes; end one, or ask without \`wait\`, and share one stream among the parts of ` +
      'a program',
    WAIT_SECONDS,
  );
}

const WAIT_SECONDS = 5;
