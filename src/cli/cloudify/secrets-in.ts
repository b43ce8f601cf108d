import { decodeDocument } from '../../api/json/json-encoding.js';
import { JsonFault } from '../../api/json/json-fault.js';
import { splitJson } from '../../api/json/json-members.js';
import { StartupError } from '../../common/startup-error.js';
import { isRawRow, readRawRow, type RawRow } from '../../secrets/sharing/import/raw-row.js';

/**
 * Returns the secrets of an export, each with its value and schema as they were sent; undefined where it is not one.
 * @param document names the export at the beginning of a message
 * @throws StartupError that says why and where, for what is no JSON, or JSON that cannot be kept
 */
export function secretsIn(bytes: Buffer, document: string): readonly RawRow[] | undefined {
  const source = { document, hasFields: false };
  try {
    const list = splitJson(decodeDocument(bytes, source), source);
    const rows = list.parts.map((part) => readRawRow(splitJson(list.textOf(part), source)));
    return list.text.startsWith('[') && rows.every(isRawRow) ? rows : undefined;
  } catch (error) {
    throw error instanceof JsonFault ? new StartupError(error.message) : error;
  }
}
