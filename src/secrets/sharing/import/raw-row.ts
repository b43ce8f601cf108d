import type { SplitJson } from '../../../api/json/json-members.js';
import { JsonText } from '../../../api/json/json-text.js';

/** Holds a row as it was sent. A structured value, and a schema, are a `JsonText`, which keeps their text. */
export type RawRow = Readonly<Record<string, unknown>>;

const KEPT: readonly unknown[] = ['value', 'schema'];

/** Returns a row from its JSON; what the JSON is parsed to if it is no object. */
export function readRawRow(json: SplitJson): unknown {
  const row: unknown = JSON.parse(json.text);
  if (!isRawRow(row)) return row;
  const kept = json.parts.filter(({ name }) => KEPT.includes(name) && typeof row[String(name)] !== 'string');
  if (kept.length === 0) return row;
  return {
    ...row,
    ...Object.fromEntries(kept.map((part) => [part.name, new JsonText(json.textOf(part))])),
  };
}

/** Tells whether a row that was read is an object. */
export function isRawRow(row: unknown): row is RawRow {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}
