import { printable } from '../../common/printable.js';

/** Holds a place in a text, counted from 1 in characters (Unicode code points). */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export const START: Place = { line: 1, column: 1 };

/** Describes a text that is JSON, or a part of one, for messages about it. */
export interface JsonSource {
  /** Names the whole document at the beginning of a message, such as "The body". */
  readonly document: string;
  /** Names the part that the text is, such as `secrets_list[3]`; undefined if it is the whole document. */
  readonly part?: string | undefined;
  /** The place in the document where the text begins. */
  readonly place?: Place | undefined;
  /**
   * True if the names of the outermost object are those of fields. Other names may be secret, so no message has them.
   */
  readonly hasFields: boolean;
}

/** Reports JSON that cannot be taken. The message says why, and where; it quotes nothing but the names of fields. */
export class JsonFault extends Error {
  /**
   * @param subject what the fault is in
   * @param what says what is wrong with it, and `cure` how to put it right
   */
  constructor(subject: string, what: string, place: Place | undefined, cure: string) {
    const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
    super(`${subject} ${what}${where}: ${cure}`);
  }
}

/** Names a text, or the field of it that holds the fault, for a message. */
export function subjectOf({ document, part, hasFields }: JsonSource, field?: string): string {
  const names = [part, hasFields ? field : undefined].filter((name) => name !== undefined);
  const path = names.map((name) => printable(name)).join('.');
  return path === '' ? document : `\`${path}\``;
}

/** Returns the fault of an object that has a field twice. */
export function repeatedField(source: JsonSource, field: string, place: Place): JsonFault {
  const what = `has ${subjectOf({ ...source, part: undefined, hasFields: true }, field)} twice`;
  return new JsonFault(subjectOf(source), what, place, 'a name can be there only once');
}

/** Returns the fault of a document that must be an object and is not. */
export function noObject({ document }: JsonSource, place: Place): JsonFault {
  return new JsonFault(document, 'must be a JSON object', place, '`{` is expected');
}

/** Returns the place of an offset in a text that begins at `from`. */
export function placeAt(text: string, offset: number, from: Place = START): Place {
  const before = text.slice(0, offset);
  const lines = before.split('\n').length - 1;
  const columns = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length;
  return lines === 0
    ? { line: from.line, column: from.column + columns }
    : { line: from.line + lines, column: columns + 1 };
}
