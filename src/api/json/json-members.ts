import type { JsonSource } from './json-fault.js';
import { JsonScanner, type JsonPart, type JsonValue } from './json-scanner.js';

/** Holds a JSON value, and what it consists of: the members of an object, or the items of an array. */
export class SplitJson {
  constructor(
    private readonly document: string,
    private readonly value: JsonValue,
    readonly parts: readonly JsonPart[],
  ) {}

  /** Returns the text that was sent, without white space around it. */
  get text(): string {
    return this.textOf(this.value);
  }

  /** Tells whether a text in it holds half of a character (a lone surrogate), which UTF-8 cannot encode. */
  get holdsHalf(): boolean {
    return this.value.holdsHalf;
  }

  /** Tells whether a text in it holds U+0000, which PostgreSQL cannot store. */
  get holdsNul(): boolean {
    return this.value.holdsNul;
  }

  /** Returns the text of a part that was sent. */
  textOf({ start, end }: JsonValue): string {
    return this.document.slice(start, end);
  }
}

/**
 * Splits JSON into its parts.
 * @throws JsonFault for a text that is not JSON, a name that occurs twice in an object at any depth, and a number that
 *   no double can hold
 */
export function splitJson(text: string, source: JsonSource): SplitJson {
  const scanner = new JsonScanner(text, source);
  return new SplitJson(text, scanner.scan(), scanner.parts);
}
