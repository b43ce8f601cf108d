import { TooLarge } from '../../common/errors.js';
import { ArrivingPlace } from './arriving-place.js';
import { decode } from './json-encoding.js';
import { JsonFault, noObject, repeatedField, type JsonSource, type Place } from './json-fault.js';
import { splitJson } from './json-members.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const NO_BYTES: Buffer = Buffer.alloc(0);
const BLANKS: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];

/** Receives the members of an object, each as the text that was sent and the place where that begins. */
export interface MemberReader {
  /** Tells whether a member is to be given in items, if it is an array. */
  givesItems(name: string): boolean;
  /** Receives a member as a whole. */
  member(name: string, text: string, place: Place): void;
  /** Begins a member that is given in items. */
  list(name: string): void;
  /** Receives the next item of an array. */
  item(name: string, text: string, place: Place): void;
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

const REASONS: Readonly<Partial<Record<Expected, string>>> = {
  'name or end': 'a name in double quotes or `}` is expected',
  name: 'a name in double quotes is expected',
  colon: 'a colon is expected',
  value: 'a value is expected',
  nothing: 'something follows its end',
};
const COMMA_OR_END = 'a comma or the end of the object or array is expected';

/**
 * Splits the JSON of an object into its members, and arrays among them into their items, while its bytes arrive. It
 * checks only the syntax between those texts; the reader checks whether a text is JSON.
 */
export class ArrivingMembers {
  private expected: Expected = 'object';
  private inText = false;
  private isEscaped = false;
  private depth = 0;
  private name = '';
  private readonly names = new Set<string>();
  private bytes = NO_BYTES;
  private readonly place = new ArrivingPlace();
  /** The place in the current bytes where the text that is being collected begins; undefined if none is. */
  private from: number | undefined;
  private begins: Place | undefined;
  private parts: Buffer[] = [];
  private size = 0;

  /** @param maxBytes limits each text */
  constructor(
    private readonly reader: MemberReader,
    private readonly source: JsonSource,
    private readonly maxBytes: number,
  ) {}

  /**
   * @throws JsonFault for anything but the JSON of an object
   * @throws TooLarge for a member or an item that is too long
   */
  read(bytes: Buffer): void {
    this.bytes = bytes;
    this.place.begin(bytes);
    for (let place = 0; place < bytes.length; place += 1) {
      if (this.inText) place = this.readText(place);
      else this.step(place);
    }
    this.place.of(bytes, bytes.length);
    if (this.from === undefined) return;
    this.keep(bytes.subarray(this.from));
    this.from = 0;
  }

  /** @throws JsonFault when the object is incomplete */
  end(): void {
    if (this.expected === 'nothing') return;
    this.bytes = NO_BYTES;
    this.place.begin(this.bytes);
    if (this.from !== undefined && this.expected !== 'rest of name') {
      // The fault may be before the end: a bracket that closes nothing, for example.
      const source = { ...this.source, part: this.name, place: this.begins, hasFields: false };
      splitJson(this.collected(0), source);
    }
    throw this.invalid(0, 'it ends too early');
  }

  /** Returns the place of the quote that ends the text; the end of the bytes if there is none. */
  private readText(start: number): number {
    const { bytes } = this;
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
    if (!this.inText && this.expected === 'rest of name') this.endName(place + 1);
    return place;
  }

  private step(place: number): void {
    const byte = this.bytes[place] ?? 0;
    if (this.from !== undefined) this.stepInside(byte, place);
    else if (!BLANKS.includes(byte)) this.stepBetween(byte, place);
  }

  /** Processes a byte of a value or an item. */
  private stepInside(byte: number, place: number): void {
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.depth += 1;
    else if (this.depth > 0) this.depth -= Number(byte === CLOSE_ARRAY || byte === CLOSE_OBJECT);
    else if (byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      const begins = this.begins as Place;
      const text = this.collected(place);
      if (this.expected === 'rest of value') this.endValue(text, begins, byte, place);
      else this.endItem(text, begins, byte, place);
    }
  }

  private endValue(text: string, begins: Place, byte: number, place: number): void {
    if (byte === CLOSE_ARRAY) throw this.invalid(place, COMMA_OR_END);
    this.reader.member(this.name, text, begins);
    this.expected = byte === COMMA ? 'name' : 'nothing';
  }

  private endItem(text: string, begins: Place, byte: number, place: number): void {
    if (byte === CLOSE_OBJECT) throw this.invalid(place, COMMA_OR_END);
    const isEmpty = this.expected === 'item or end' && byte === CLOSE_ARRAY && /^[ \t\n\r]*$/.test(text);
    if (!isEmpty) this.reader.item(this.name, text, begins);
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
    if (next === undefined) throw this.invalid(place, REASONS[this.expected] ?? COMMA_OR_END);
    if (next === 'rest of name') {
      this.collect(next, place);
      this.inText = true;
    } else this.expected = next;
  }

  private beginValue(byte: number, place: number): void {
    if (byte === OPEN_ARRAY && this.reader.givesItems(this.name)) {
      this.reader.list(this.name);
      this.collect('item or end', place + 1);
      return;
    }
    this.collect('rest of value', place);
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.depth = 1;
    else if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)
      throw this.invalid(place, 'a value is expected');
  }

  private endName(place: number): void {
    const source = { ...this.source, place: this.begins as Place };
    const { text } = splitJson(this.collected(place), source);
    this.name = JSON.parse(text) as string;
    if (this.names.has(this.name)) throw repeatedField(source, this.name, source.place);
    this.names.add(this.name);
    this.expected = 'colon';
  }

  private collect(expected: Expected, place: number): void {
    this.expected = expected;
    this.from = place;
    this.begins = this.place.of(this.bytes, place);
  }

  private keep(bytes: Buffer): void {
    this.size += bytes.length;
    if (this.size > this.maxBytes)
      throw new TooLarge(`A part of the body is larger than ${this.maxBytes} bytes`);
    this.parts.push(bytes);
  }

  private collected(end: number): string {
    this.keep(this.bytes.subarray(this.from, end));
    const [first = this.bytes] = this.parts;
    const whole = this.parts.length === 1 ? first : Buffer.concat(this.parts);
    this.from = undefined;
    this.parts = [];
    this.size = 0;
    return decode(whole, { ...this.source, place: this.begins });
  }

  private invalid(place: number, why: string): JsonFault {
    if (this.expected === 'object') return noObject(this.source, this.place.of(this.bytes, place));
    return new JsonFault(this.source.document, 'is not valid JSON', this.place.of(this.bytes, place), why);
  }
}
