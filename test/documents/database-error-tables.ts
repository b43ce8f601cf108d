import { STATES, type ErrorCause } from '../../src/database/connection/causes/error-cause.js';
import { NETWORK_CAUSES } from '../../src/database/connection/causes/network-causes.js';
import { SERVER_CAUSES } from '../../src/database/connection/causes/server-causes.js';
import { PARAMETERS } from '../../src/config/database-url-parameters.js';
import { markdownTable } from './markdown-table.js';

const ANSWERS = { unavailable: '503 `unavailable`', busy: '503 `busy`', internal: '500' } as const;

/** Returns the generated parts of docs/database-errors.md by the name of their place there. */
export function databaseErrorParts(): ReadonlyMap<string, string> {
  return new Map([
    ['server', tableOf(SERVER_CAUSES)],
    ['network', tableOf(NETWORK_CAUSES)],
    ['parameters', wrapped(PARAMETERS.map((name) => `\`${name}\``).join(', '))],
  ]);
}

function tableOf(causes: readonly ErrorCause[]): string {
  const rows = causes.map(({ codes, cause, cure, state }) => [
    codes.length === 0 ? 'none' : codes.map((code) => `\`${code}\``).join(', '),
    capitalized(cause),
    capitalized(cure),
    STATES[state].ready ? 'ready' : 'not ready',
    ANSWERS[STATES[state].answer],
  ]);
  return markdownTable(['Code', 'Cause', 'What to do', 'Readiness', 'Requests get'], rows);
}

/** Breaks a paragraph into lines like those of the documents. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,126})(?: |$)/g, (_all, line: string) => `${line}\n`).trimEnd();
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll('<', '\\<');
}

/** Returns the document with its parts generated from the code. */
export function withDatabaseErrors(document: string): string {
  return document.replaceAll(
    /(<!-- ([a-z]+) of src -->\n\n)[^]*?(\n\n<!-- end -->)/g,
    (_place, begin: string, name: string, end: string) =>
      begin + (databaseErrorParts().get(name) ?? '') + end,
  );
}
