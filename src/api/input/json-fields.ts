import { BadParameters } from '../../common/errors.js';
import { ArrivingMembers, type MemberReader } from '../json/arriving-members.js';
import { JsonBounds } from '../json/json-bounds.js';
import { ENCODING_BYTES, markLength } from '../json/json-encoding.js';
import { JsonFault, type JsonSource, type Place } from '../json/json-fault.js';
import { splitJson, type SplitJson } from '../json/json-members.js';
import { JsonText } from '../json/json-text.js';
import type { FieldNames, InputClass } from './declared-fields.js';
import { isKeptAsSent, itemReaderOf } from './kept-as-sent.decorator.js';
import { requireStorableJson, requireWholeCharacters } from './storable-json.js';

/** Maps the names of fields to what they hold. */
export type Fields = ReadonlyMap<string, unknown>;

const BODY: JsonSource = { document: 'The body', hasFields: true };

const NO_BYTES: Buffer = Buffer.alloc(0);

/** Limits large JSON to what the largest permitted import needs. */
const LIMITS = { values: 2_000_000, depth: 100 };

/**
 * Reads the JSON of an object, while its bytes arrive, as the fields of a class of input. Parses one member or item at
 * a time. An empty input has no fields.
 */
export class ArrivingFields implements MemberReader {
  private readonly fields: FieldReader;
  private readonly bounds: JsonBounds | undefined;
  private readonly members: ArrivingMembers;
  /** The first bytes, until there are enough to tell the encoding. */
  private head: Buffer | undefined = NO_BYTES;

  /**
   * @param names which fields are read; may refuse others
   * @param maxPartBytes limits what is parsed at once in large input: a member, or an item of one that is given in
   * items;
   *   undefined for small input, which needs no limits
   */
  constructor(input: InputClass<object>, names: FieldNames, maxPartBytes?: number) {
    this.fields = new FieldReader(input, names);
    this.bounds = maxPartBytes === undefined ? undefined : new JsonBounds(LIMITS);
    this.members = new ArrivingMembers(this, BODY, maxPartBytes ?? Infinity);
  }

  /** @throws BadParameters, TooLarge */
  read(bytes: Buffer): void {
    refusingFaults(() => {
      if (this.head === undefined) this.take(bytes);
      else {
        this.head = this.head.length === 0 ? bytes : Buffer.concat([this.head, bytes]);
        if (this.head.length >= ENCODING_BYTES) this.begin();
      }
    });
  }

  /** @throws BadParameters when the object is incomplete */
  end(): Fields {
    return refusingFaults(() => {
      const isShort = this.head !== undefined;
      if (!isShort || this.begin() > 0) this.members.end();
      return this.fields.read;
    });
  }

  givesItems(name: string): boolean {
    return this.fields.givesItems(name);
  }

  member(name: string, text: string, place: Place): void {
    this.fields.member(
      name,
      splitJson(text, { document: BODY.document, part: name, place, hasFields: false }),
    );
  }

  list(name: string): void {
    this.fields.list(name);
  }

  item(name: string, text: string, place: Place): void {
    this.fields.item(name, text, place);
  }

  /** Takes the first bytes without a byte order mark, and returns how many there are. */
  private begin(): number {
    const { head = NO_BYTES } = this;
    this.head = undefined;
    const bytes = head.subarray(markLength(head.subarray(0, ENCODING_BYTES), BODY));
    this.take(bytes);
    return bytes.length;
  }

  private take(bytes: Buffer): void {
    this.bounds?.read(bytes);
    this.members.read(bytes);
  }
}

/** Reads the named fields of a body, each as the class of input says. */
class FieldReader {
  readonly read = new Map<string, unknown>();
  private readonly prototype: object;

  constructor(
    input: InputClass<object>,
    private readonly names: FieldNames,
  ) {
    this.prototype = input.prototype as object;
  }

  givesItems(name: string): boolean {
    return this.names.has(name) && itemReaderOf(this.prototype, name) !== undefined;
  }

  member(name: string, json: SplitJson): void {
    if (!this.names.has(name)) return;
    const isKept = isKeptAsSent(this.prototype, name);
    if (isKept) requireWholeCharacters(json, name);
    else requireStorableJson(json, name);
    this.read.set(name, isKept ? new JsonText(json.text) : JSON.parse(json.text));
  }

  list(name: string): void {
    this.read.set(name, []);
  }

  item(name: string, text: string, place: Place): void {
    const list = this.read.get(name) as unknown[];
    const what = `${name}[${list.length}]`;
    const item = splitJson(text, { document: BODY.document, part: what, place, hasFields: true });
    list.push(itemReaderOf(this.prototype, name)?.(item));
  }
}

/** Turns faults of the JSON into refusals. */
function refusingFaults<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JsonFault ? new BadParameters(error.message) : error;
  }
}
