/** Identifies secrets that were found by an index, and says what by: a part of the key, or labels. */
export interface Matches {
  readonly tenantIds: readonly string[];
  readonly ids: readonly string[];
  readonly by: 'key' | 'labels';
}

/**
 * Holds the matches in the listed tenants and among global secrets of others; undefined if there are too many to select
 * by id, or nothing is looked for that an index has.
 */
export interface FoundSecrets {
  readonly own: Matches | undefined;
  readonly foreign: Matches | undefined;
}

/** Limits the matches that are selected by id; with more, scanning in the order of the list finds a page sooner. */
export const MOST_PICKED = 3_000;

export const FOUND_NOTHING: FoundSecrets = { own: undefined, foreign: undefined };
