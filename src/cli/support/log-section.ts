import { open } from 'node:fs/promises';
import type { Redactor } from './redactor.js';

const MOST_LINES = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** Lists the fields of a line that are taken as they are if they are numbers, booleans or words without meaning for others. */
const PLAIN = [
  'ms',
  'bytes',
  'status',
  'cut',
  'notReadySeconds',
  'pool',
  'connections',
  'events',
  'migrationsApplied',
];
const WORDS = [
  'level',
  'time',
  'method',
  'errorCode',
  'alarm',
  'code',
  'mode',
  'version',
  'node',
  'job',
  'warning',
];
const WORD = /^[\w.:+-]{1,64}$/;
const ROUTE = /^\/[\w./:*-]{0,120}$/;

/** Returns the last lines of a log of the service, of each only what names nobody. */
export async function logSection(path: string, redactor: Redactor): Promise<unknown[]> {
  const lines = (await tail(path)).split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-MOST_LINES).map((line) => {
    const fields = parsed(line);
    return fields === undefined
      ? `a line of ${line.length} characters that is no JSON`
      : shown(fields, redactor);
  });
}

function shown(fields: Fields, redactor: Redactor): Fields {
  const { msg, reason, route, err } = fields;
  return {
    ...only(fields, WORDS, (value) => typeof value === 'string' && WORD.test(value)),
    ...only(fields, PLAIN, (value) => typeof value === 'number' || typeof value === 'boolean'),
    ...(typeof route === 'string' && ROUTE.test(route) && { route }),
    ...(typeof msg === 'string' && { msg: redactor.text(msg.slice(0, 1_000)) }),
    ...(typeof reason === 'string' && { reason: redactor.text(reason.slice(0, 1_000)) }),
    ...(isFields(err) && { err: errorOf(err) }),
  };
}

/** Returns the types and codes of an error and its causes, and its places in the program; messages may hold anything. */
function errorOf(err: Fields, depth = 0): Fields {
  const { stack, cause } = err;
  const frames =
    typeof stack === 'string' ? [...stack.matchAll(/(?:dist\/src|node_modules)\/[\w./@-]+:\d+/g)] : [];
  return {
    ...only(err, ['type', 'code', 'routine'], (value) => typeof value === 'string' && WORD.test(value)),
    ...(frames.length > 0 && { at: frames.map(([frame]) => frame) }),
    ...(isFields(cause) && depth < 5 && { cause: errorOf(cause, depth + 1) }),
  };
}

function only(fields: Fields, names: readonly string[], isShown: (value: unknown) => boolean): Fields {
  return Object.fromEntries(
    names.filter((name) => isShown(fields[name])).map((name) => [name, fields[name]]),
  );
}

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the end of a file, from the beginning of a line. */
async function tail(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
