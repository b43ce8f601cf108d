import { JsonFault, repeatedField, subjectOf, type JsonSource } from './json-fault.js';
import { isDigit, JsonLexer } from './json-lexer.js';

/** Describes a JSON value within a text, by the offset where it begins and the one behind it. */
export interface JsonValue {
  readonly start: number;
  readonly end: number;
  /** True if a text in it holds half of a character (a lone surrogate), which UTF-8 cannot encode. */
  readonly holdsHalf: boolean;
  /** True if a text in it holds U+0000, which PostgreSQL cannot store. */
  readonly holdsNul: boolean;
}

/** Describes a member of the outermost object, or an item of the outermost array, which has no name. */
export interface JsonPart extends JsonValue {
  readonly name: string | undefined;
}

/** Names what may come next. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

const EXPECTED: Readonly<Record<Expected, string>> = {
  value: 'a value is expected',
  'value or end': 'a value or `]` is expected',
  name: 'a name in double quotes is expected',
  'name or end': 'a name in double quotes or `}` is expected',
  colon: 'a colon is expected',
  'comma or end': 'a comma or the end of the object or array is expected',
  nothing: 'something follows its end',
};

/**
 * Checks that a text is JSON as `JSON.parse` does, and that it can be kept: no object has a name twice, and every
 * number is finite as a double. Works without recursion, since a text may be nested deeply.
 */
export class JsonScanner {
  readonly parts: JsonPart[] = [];
  private readonly lexer: JsonLexer;
  private expected: Expected = 'value';
  /** The names of each object around the present place; undefined for an array. */
  private readonly around: (Set<string> | undefined)[] = [];
  private field: string | undefined;
  private valueStart = 0;
  private partStart = 0;
  /** Counts the unpaired halves, as the next field the zeros, in the texts of earlier parts. */
  private halvesBefore = 0;
  private nulsBefore = 0;
  private value: JsonValue | undefined;

  constructor(
    text: string,
    private readonly source: JsonSource,
  ) {
    this.lexer = new JsonLexer(text, source);
  }

  /**
   * Returns the outermost value, without white space around it.
   * @throws JsonFault
   */
  scan(): JsonValue {
    const { lexer } = this;
    lexer.skipBlanks();
    while (lexer.next !== '') {
      this.step(lexer.next);
      lexer.skipBlanks();
    }
    if (this.value !== undefined) return this.value;
    const isPart = this.source.part !== undefined;
    throw lexer.invalid(isPart ? EXPECTED[this.expected] : `it ends where ${EXPECTED[this.expected]}`);
  }

  private step(character: string): void {
    if (this.isEnd(character)) this.close();
    else if (this.expected === 'value' || this.expected === 'value or end') this.beginValue(character);
    else if (this.expected === 'name' || this.expected === 'name or end') this.name(character);
    else this.separator(character);
  }

  /** Tells whether a character is the end of the present object or array. */
  private isEnd(character: string): boolean {
    if (character !== ']' && character !== '}') return false;
    const isArray = character === ']';
    if (this.expected === (isArray ? 'value or end' : 'name or end')) return true;
    return this.expected === 'comma or end' && (this.around.at(-1) === undefined) === isArray;
  }

  private separator(character: string): void {
    if (this.expected === 'colon' && character === ':') this.expected = 'value';
    else if (this.expected === 'comma or end' && character === ',')
      this.expected = this.around.at(-1) === undefined ? 'value' : 'name';
    else throw this.unexpected();
    this.lexer.offset += 1;
  }

  private beginValue(character: string): void {
    const { lexer } = this;
    if (this.around.length === 0) this.valueStart = lexer.offset;
    else if (this.around.length === 1) this.beginPart();
    if (character === '{') this.open(new Set(), 'name or end');
    else if (character === '[') this.open(undefined, 'value or end');
    else {
      const start = lexer.offset;
      if (character === '"') lexer.skipText();
      else if (character === '-' || isDigit(character)) {
        if (!lexer.skipNumber()) throw this.infinite(start);
      } else if (!lexer.skipLiteral()) throw this.unexpected();
      this.endValue();
    }
  }

  private open(names: Set<string> | undefined, expected: Expected): void {
    this.around.push(names);
    this.expected = expected;
    this.lexer.offset += 1;
  }

  private close(): void {
    this.around.pop();
    this.lexer.offset += 1;
    this.endValue();
  }

  private endValue(): void {
    const depth = this.around.length;
    this.expected = depth === 0 ? 'nothing' : 'comma or end';
    if (depth === 0) this.endDocument();
    else if (depth === 1) this.endPart();
  }

  private endDocument(): void {
    const { offset: end, halves, nuls } = this.lexer;
    this.value = { start: this.valueStart, end, holdsHalf: halves > 0, holdsNul: nuls > 0 };
  }

  private beginPart(): void {
    const { offset, halves, nuls } = this.lexer;
    this.partStart = offset;
    this.halvesBefore = halves;
    this.nulsBefore = nuls;
  }

  private endPart(): void {
    const { offset: end, halves, nuls } = this.lexer;
    const [holdsHalf, holdsNul] = [halves > this.halvesBefore, nuls > this.nulsBefore];
    this.parts.push({ name: this.field, start: this.partStart, end, holdsHalf, holdsNul });
  }

  private name(character: string): void {
    const { lexer } = this;
    const { offset: start, text } = lexer;
    if (character !== '"') throw this.unexpected();
    const isPlain = lexer.skipText();
    const name = isPlain
      ? text.slice(start + 1, lexer.offset - 1)
      : (JSON.parse(text.slice(start, lexer.offset)) as string);
    const names = this.around.at(-1);
    if (names?.has(name) === true) throw this.repeated(name, start);
    names?.add(name);
    if (this.around.length === 1) this.field = name;
    this.expected = 'colon';
  }

  private unexpected(): JsonFault {
    const isAfterPart = this.expected === 'nothing' && this.source.part !== undefined;
    return this.lexer.invalid(EXPECTED[isAfterPart ? 'comma or end' : this.expected]);
  }

  private repeated(name: string, offset: number): JsonFault {
    const place = this.lexer.placeOf(offset);
    if (this.source.hasFields && this.around.length === 1) return repeatedField(this.source, name, place);
    const what = 'has the same name twice in an object';
    const subject = subjectOf(this.source, this.field);
    return new JsonFault(subject, what, place, 'a name can be there only once');
  }

  private infinite(offset: number): JsonFault {
    const what = 'holds a number that is too large for a double';
    const subject = subjectOf(this.source, this.field);
    return new JsonFault(subject, what, this.lexer.placeOf(offset), 'send a smaller one, or a text');
  }
}
