import { BadParameters, TooLarge } from '../../common/errors.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** Receives the members of an object, each as the text that was sent. */
export interface MemberReader {
  /** Receives a member that is not an array. */
  member(name: string, text: string): void;
  /** Begins a member that is an array. */
  list(name: string): void;
  /** Receives the next item of an array. */
  item(name: string, text: string): void;
}

/** Names what may come next, outside of the texts that the reader receives. */
type Expected =
  | 'object'
  | 'name or end'
  | 'name'
  | 'rest of name'
  | 'colon'
  | 'value'
  | 'rest of value'
  | 'item or end'
  | 'rest of item'
  | 'comma or end'
  | 'nothing';

/** Maps the next byte to what may come after it. */
const NEXT: Readonly<Partial<Record<Expected, Readonly<Record<number, Expected>>>>> = {
  object: { [OPEN_OBJECT]: 'name or end' },
  'name or end': { [QUOTE]: 'rest of name', [CLOSE_OBJECT]: 'nothing' },
  name: { [QUOTE]: 'rest of name' },
  colon: { [COLON]: 'value' },
  'comma or end': { [COMMA]: 'name', [CLOSE_OBJECT]: 'nothing' },
};

/**
 * Splits the JSON of an object into its members, and arrays among them into their items, while its bytes arrive. It
 * checks only the syntax between those texts; the reader checks whether a text is JSON.
 */
export class JsonMembers {
  private expected: Expected = 'object';
  private inText = false;
  private isEscaped = false;
  private depth = 0;
  private name = '';
  /** The place in the current bytes where the text that is being collected begins; undefined if none is. */
  private from: number | undefined;
  private parts: Buffer[] = [];
  private size = 0;

  /** @param maxBytes limits each text */
  constructor(
    private readonly reader: MemberReader,
    private readonly maxBytes: number,
  ) {}

  /**
   * @throws BadParameters for anything but the JSON of an object
   * @throws TooLarge for a member or an item that is too long
   */
  read(bytes: Buffer): void {
    for (let place = 0; place < bytes.length; place += 1) {
      if (this.inText) place = this.readText(bytes, place);
      else this.step(bytes, place);
    }
    if (this.from === undefined) return;
    this.keep(bytes.subarray(this.from));
    this.from = 0;
  }

  /** @throws BadParameters when the object is incomplete */
  end(): void {
    if (this.expected !== 'nothing') throw notJson();
  }

  /** Returns the place of the quote that ends the text; the end of the bytes if there is none. */
  private readText(bytes: Buffer, start: number): number {
    let isEscaped = this.isEscaped;
    let place = start;
    for (; place < bytes.length; place += 1) {
      const byte = bytes[place];
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) {
        this.inText = false;
        break;
      }
    }
    this.isEscaped = isEscaped;
    if (!this.inText && this.expected === 'rest of name') this.endName(bytes, place + 1);
    return place;
  }

  private step(bytes: Buffer, place: number): void {
    const byte = bytes[place] ?? 0;
    if (this.from !== undefined) this.stepInside(byte, bytes, place);
    else if (!BLANKS.includes(byte)) this.stepBetween(byte, place);
  }

  /** Processes a byte of a value or an item. */
  private stepInside(byte: number, bytes: Buffer, place: number): void {
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.depth += 1;
    else if (this.depth > 0) this.depth -= Number(byte === CLOSE_ARRAY || byte === CLOSE_OBJECT);
    else if (byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      const text = this.collected(bytes, place);
      if (this.expected === 'rest of value') this.endValue(text, byte);
      else this.endItem(text, byte, place);
    }
  }

  private endValue(text: string, byte: number): void {
    if (byte === CLOSE_ARRAY) throw notJson();
    this.reader.member(this.name, text);
    this.expected = byte === COMMA ? 'name' : 'nothing';
  }

  private endItem(text: string, byte: number, place: number): void {
    if (byte === CLOSE_OBJECT) throw notJson();
    const isEmpty = this.expected === 'item or end' && byte === CLOSE_ARRAY && text.trim() === '';
    if (!isEmpty) this.reader.item(this.name, text);
    if (byte === COMMA) this.collect('rest of item', place + 1);
    else this.expected = 'comma or end';
  }

  /** Processes a byte that belongs to no text. */
  private stepBetween(byte: number, place: number): void {
    if (this.expected === 'value') {
      this.beginValue(byte, place);
      return;
    }
    const next = NEXT[this.expected]?.[byte];
    if (next === undefined)
      throw this.expected === 'object' ? new BadParameters('The body must be a JSON object') : notJson();
    if (next === 'rest of name') {
      this.collect(next, place);
      this.inText = true;
    } else this.expected = next;
  }

  private beginValue(byte: number, place: number): void {
    if (byte === OPEN_ARRAY) {
      this.reader.list(this.name);
      this.collect('item or end', place + 1);
      return;
    }
    this.collect('rest of value', place);
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_OBJECT) this.depth = 1;
    else if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) throw notJson();
  }

  private endName(bytes: Buffer, place: number): void {
    const name = parsed(this.collected(bytes, place));
    this.name = String(name);
    this.expected = 'colon';
  }

  private collect(expected: Expected, place: number): void {
    this.expected = expected;
    this.from = place;
  }

  private keep(bytes: Buffer): void {
    this.size += bytes.length;
    if (this.size > this.maxBytes)
      throw new TooLarge(`A part of the body is larger than ${this.maxBytes} bytes`);
    this.parts.push(bytes);
  }

  private collected(bytes: Buffer, end: number): string {
    this.keep(bytes.subarray(this.from, end));
    const [first = bytes] = this.parts;
    const whole = this.parts.length === 1 ? first : Buffer.concat(this.parts);
    this.from = undefined;
    this.parts = [];
    this.size = 0;
    return decoded(whole);
  }
}

/**
 * Rejects bytes that are not UTF-8 instead of replacing them. Keeps a byte order mark, which JSON.parse then rejects.
 */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes bytes as UTF-8.
 * @throws BadParameters for bytes that are not UTF-8
 */
export function decoded(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw notJson();
  }
}

/**
 * Parses JSON. Hides the parser's own error, which quotes the body.
 * @throws BadParameters
 */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function notJson(): BadParameters {
  return new BadParameters('The body is not valid JSON in UTF-8');
}
