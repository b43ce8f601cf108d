import type { Conditions, Tags } from '../api/conditions/conditions.js';
import type { SecretDescription } from './secret.js';

type State = Pick<SecretDescription, 'id' | 'revision' | 'mark'>;

/** Says what an answer leaves out of a secret. */
interface LeftOut {
  /** True if something is hidden from the caller. */
  readonly isMasked: boolean;
  /** True if the caller did not ask for the value. */
  readonly isSkipped: boolean;
}

const MASKED = '.masked';
const SKIPPED = '.skipped';

/** Matches the texts that `answerTag` returns. */
const TAG = /^(?<state>[0-9a-f-]{36}\.[1-9][0-9]{0,9}\.[0-9a-f-]{36})(?:\.masked)?(?:\.skipped)?$/;

/** Returns the text of the tag of a secret's present state: `<id>.<revision>.<mark>`. */
export function stateTag({ id, revision, mark }: State): string {
  return `${id}.${revision}.${mark}`;
}

/** Returns the text of the tag of an answer, which says if the answer leaves something out. */
export function answerTag(state: State, { isMasked, isSkipped }: LeftOut): string {
  return `${stateTag(state)}${isMasked ? MASKED : ''}${isSkipped ? SKIPPED : ''}`;
}

/** Returns a tag in the form of the header `ETag`. */
export function quoted(tag: string): string {
  return `"${tag}"`;
}

/** Tells whether a secret is in one of the states that the tags name, whatever the answers with them left out. */
export function isIn(state: State, tags: Tags): boolean {
  return tags === '*' || statesOf(tags).includes(stateTag(state));
}

/**
 * Returns the conditions of a read in the form that `SecretsRepository.read` compares. An answer without the value is
 * not the same as one with it; the states that `ifMatch` names are the same.
 */
export function readConditions(conditions: Conditions, isSkipped: boolean): Conditions {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch === undefined && ifNoneMatch === undefined) return conditions;
  return {
    ifMatch: ifMatch === undefined || ifMatch === '*' ? ifMatch : statesOf(ifMatch),
    ifNoneMatch:
      ifNoneMatch === undefined || ifNoneMatch === '*' ? ifNoneMatch : answersOf(ifNoneMatch, isSkipped),
  };
}

function statesOf(tags: readonly string[]): string[] {
  return tags.map((tag) => TAG.exec(tag)?.groups?.state ?? '').filter((state) => state !== '');
}

/** Returns the tags of answers that skip the value or not, without the part that says so. */
function answersOf(tags: readonly string[], isSkipped: boolean): string[] {
  return tags
    .filter((tag) => TAG.test(tag) && tag.endsWith(SKIPPED) === isSkipped)
    .map((tag) => (isSkipped ? tag.slice(0, -SKIPPED.length) : tag));
}
