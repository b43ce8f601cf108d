import { BadParameters } from '../../common/errors.js';
import type { FieldNames } from './declared-fields.js';
import { decoded, JsonMembers, parsed, type MemberReader } from './json-members.js';
import { JsonBounds } from './json-bounds.js';

type Fields = Map<string, unknown>;

/** Limits large JSON to what the largest permitted import needs. */
const LIMITS = { values: 2_000_000, depth: 100 };

/**
 * Parses the JSON of an object. If a name occurs twice, the last member counts. An empty input has no members.
 * @param declared the names of the members to keep; may refuse others
 * @throws BadParameters
 */
export function fieldsOf(bytes: Buffer, declared: FieldNames): Fields {
  const text = decoded(bytes);
  const object = text === '' ? {} : parsed(text);
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    throw new BadParameters('The body must be a JSON object');
  const fields: Fields = new Map(Object.entries(object).filter(([name]) => declared.has(name)));
  if (SURROGATE_ESCAPE.test(text)) for (const [name, value] of fields) requireWellFormed(name, value);
  return fields;
}

/** Parses the JSON of an object as `fieldsOf` does, but one member or item at a time while its bytes arrive. */
export class ArrivingFields implements MemberReader {
  private readonly fields: Fields = new Map();
  private readonly bounds = new JsonBounds(LIMITS);
  private readonly members: JsonMembers;
  private isEmpty = true;

  /** @param maxPartBytes limits what is parsed at once: a member, or an item of one that is an array */
  constructor(
    private readonly declared: FieldNames,
    maxPartBytes: number,
  ) {
    this.members = new JsonMembers(this, maxPartBytes);
  }

  /** @throws BadParameters, TooLarge */
  read(bytes: Buffer): void {
    this.isEmpty &&= bytes.length === 0;
    this.bounds.read(bytes);
    this.members.read(bytes);
  }

  /** @throws BadParameters when the object is incomplete */
  end(): Fields {
    if (!this.isEmpty) this.members.end();
    return this.fields;
  }

  member(name: string, text: string): void {
    const value = this.valueOf(name, text);
    if (this.declared.has(name)) this.fields.set(name, value);
  }

  list(name: string): void {
    if (this.declared.has(name)) this.fields.set(name, []);
  }

  item(name: string, text: string): void {
    const value = this.valueOf(name, text);
    const list = this.fields.get(name);
    if (Array.isArray(list)) list.push(value);
  }

  private valueOf(name: string, text: string): unknown {
    const value = parsed(text);
    if (this.declared.has(name) && SURROGATE_ESCAPE.test(text)) requireWellFormed(name, value);
    return value;
  }
}

/** Matches a lone surrogate in JSON. UTF-8 cannot encode one, so only an escape can produce it. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

function requireWellFormed(name: string, value: unknown): void {
  if (!isWellFormed(value))
    throw new BadParameters(`\`${name}\` holds half of a character (a lone surrogate)`);
}

/**
 * Tells whether no text in a value holds a lone surrogate. Works without recursion, since input may be nested deeply.
 */
function isWellFormed(value: unknown): boolean {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string' && /\p{Surrogate}/u.test(next)) return false;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) for (const child of next as unknown[]) pending.push(child);
    else for (const [name, child] of Object.entries(next)) pending.push(name, child);
  }
  return true;
}
