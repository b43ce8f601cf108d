import { JsonFault, placeAt, type JsonSource, type Place } from './json-fault.js';

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const SPECIAL = /["\\\u0000-\u001f]/g;
const ESCAPES = '"\\/bfnrt';
const LITERALS = ['true', 'false', 'null'];

/** Limits the length of a number without an exponent that is certainly finite. */
const SURELY_FINITE = 300;

/** Passes over the texts, numbers and literals of JSON (RFC 8259), and checks each as `JSON.parse` does. */
export class JsonLexer {
  /** The offset of the next character. */
  offset = 0;
  /** Counts halves of characters (lone surrogates) in texts so far, which UTF-8 cannot encode. */
  halves = 0;
  /** Counts the characters U+0000 in texts so far, which PostgreSQL cannot store. */
  nuls = 0;

  constructor(
    readonly text: string,
    private readonly source: JsonSource,
  ) {}

  /** Returns the next character; empty at the end. */
  get next(): string {
    return this.text[this.offset] ?? '';
  }

  skipBlanks(): void {
    for (; ; this.offset += 1) {
      const code = this.text.charCodeAt(this.offset);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Passes over a text in quotes, and tells whether it has no escapes. */
  skipText(): boolean {
    const { text } = this;
    let isPlain = true;
    for (let offset = specialFrom(text, this.offset + 1); offset < text.length;) {
      const code = text.charCodeAt(offset);
      if (code === QUOTE) {
        this.offset = offset + 1;
        return isPlain;
      }
      if (code !== BACKSLASH) throw this.invalid('a control character in a text must be escaped', offset);
      isPlain = false;
      offset = specialFrom(text, offset + 1 + this.escape(offset));
    }
    this.offset = text.length;
    throw this.invalid('it ends within a text');
  }

  /**
   * Passes over a number.
   * @returns false if no double can hold it
   */
  skipNumber(): boolean {
    const start = this.offset;
    this.skip('-');
    if (!this.skip('0')) this.skipDigits();
    if (this.skip('.')) this.skipDigits();
    const hasExponent = this.skip('e') || this.skip('E');
    if (hasExponent) {
      if (!this.skip('+')) this.skip('-');
      this.skipDigits();
    }
    const isShort = !hasExponent && this.offset - start < SURELY_FINITE;
    return isShort || Number.isFinite(Number(this.text.slice(start, this.offset)));
  }

  /** Passes over `true`, `false` or `null`; returns false if none of them follows. */
  skipLiteral(): boolean {
    const literal = LITERALS.find((one) => this.text.startsWith(one, this.offset));
    this.offset += literal?.length ?? 0;
    return literal !== undefined;
  }

  invalid(why: string, offset = this.offset): JsonFault {
    return new JsonFault(this.source.document, 'is not valid JSON', this.placeOf(offset), why);
  }

  placeOf(offset: number): Place {
    return placeAt(this.text, offset, this.source.place);
  }

  /** Returns the length of an escape without its backslash. */
  private escape(offset: number): number {
    const { text } = this;
    const kind = text[offset + 1] ?? '';
    if (kind !== '' && ESCAPES.includes(kind)) return 1;
    const code = codeOf(text, offset);
    if (code === undefined) throw this.invalid('a backslash begins no escape of JSON', offset);
    if (code === 0) this.nuls += 1;
    if (code < 0xd800 || code > 0xdfff) return 5;
    const other = code < 0xdc00 ? codeOf(text, offset + 6) : undefined;
    if (other !== undefined && other >= 0xdc00 && other <= 0xdfff) return 11;
    this.halves += 1;
    return 5;
  }

  private skip(character: string): boolean {
    const isNext = this.next === character;
    if (isNext) this.offset += 1;
    return isNext;
  }

  private skipDigits(): void {
    if (!isDigit(this.next)) throw this.invalid('a digit is expected');
    while (isDigit(this.next)) this.offset += 1;
  }
}

/**
 * Returns the offset of the next character that ends a text, or needs a closer look; that of the end if there is none.
 */
function specialFrom(text: string, start: number): number {
  SPECIAL.lastIndex = start;
  return SPECIAL.test(text) ? SPECIAL.lastIndex - 1 : text.length;
}

/** Returns the code unit of an escape such as `\u00e9`; undefined if there is none. */
function codeOf(text: string, offset: number): number | undefined {
  const digits = text.slice(offset + 2, offset + 6);
  return text.startsWith('\\u', offset) && /^[0-9a-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : undefined;
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
