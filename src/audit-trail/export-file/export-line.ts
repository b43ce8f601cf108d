import { readBase64 } from '../../transparency/base64.js';

/** Names the format in the first line of a file. */
export const EXPORT_FORMAT = 'strongroom-audit/1';

/** Limits how many events may follow each other before a line with their checksums. */
export const MOST_EVENTS_IN_A_ROW = 256;

/** Gives the length of a checksum: the first bytes of the hash of a leaf. */
export const CHECKSUM_BYTES = 4;

/** Limits a line, in bytes. */
export const MOST_LINE_BYTES = 1_048_576;

/** Begins the body of every event. */
export const EVENT_BEGINNING = '{"id"';

const EVENT = Buffer.from(EVENT_BEGINNING);
const CONTROL = Buffer.from('{"@line":');

/** Begins the file. */
interface BeginLine {
  readonly kind: 'begin';
  readonly line: number;
  readonly format: string;
}

/** Begins an epoch of a log: at its first event, or after the events that a checkpoint and the frontier stand for. */
export interface LogLine {
  readonly kind: 'log';
  readonly line: number;
  readonly origin: string;
  readonly start: { readonly checkpoint: string; readonly frontier: readonly string[] } | undefined;
}

/** Holds the checksums of the events above it, and perhaps a checkpoint of all events of the log so far. */
export interface ChecksumLine {
  readonly kind: 'checksums';
  readonly line: number;
  readonly checksums: Buffer;
  readonly checkpoint: string | undefined;
}

/** Ends the file. */
export interface EndLine {
  readonly kind: 'end';
  readonly line: number;
  readonly logs: number;
  readonly events: number;
}

/** Names a line that is not an event. Each says which line of the file it is. */
export type ControlLine = BeginLine | LogLine | ChecksumLine | EndLine;

type Members = Readonly<Record<string, unknown>>;

/** Returns a control line as it stands in the file, without its line feed. There is only one way to write each. */
export function controlLineText(control: ControlLine): string {
  return JSON.stringify({ '@line': control.line, ...membersOf(control) });
}

/** Returns what a line of a file is, given without its line feed; undefined where it is neither. */
export function readExportLine(line: Buffer): 'event' | ControlLine | undefined {
  if (startsWith(line, EVENT)) return 'event';
  if (!startsWith(line, CONTROL)) return undefined;
  const control = readControl(line.toString());
  return control !== undefined && line.equals(Buffer.from(controlLineText(control))) ? control : undefined;
}

function membersOf(control: ControlLine): object {
  switch (control.kind) {
    case 'begin':
      return { export: control.format };
    case 'log':
      return { log: control.origin, ...control.start };
    case 'checksums':
      return { checksums: control.checksums.toString('base64'), checkpoint: control.checkpoint };
    case 'end':
      return { end: { logs: control.logs, events: control.events } };
  }
}

/** Reads the members leniently: what they do not make up exactly differs from the one way to write the line. */
function readControl(text: string): ControlLine | undefined {
  const read = parsed(text);
  const line = read?.['@line'];
  if (read === undefined || !isCount(line)) return undefined;
  if (typeof read.export === 'string') return { kind: 'begin', line, format: read.export };
  return readLog(line, read) ?? readChecksums(line, read) ?? readEnd(line, read);
}

function readLog(line: number, read: Members): LogLine | undefined {
  const { log: origin, checkpoint, frontier } = read;
  if (typeof origin !== 'string') return undefined;
  const start = typeof checkpoint === 'string' && isTexts(frontier) ? { checkpoint, frontier } : undefined;
  return { kind: 'log', line, origin, start };
}

function readChecksums(line: number, { checksums: encoded, checkpoint }: Members): ChecksumLine | undefined {
  const checksums = typeof encoded === 'string' ? readBase64(encoded) : undefined;
  if (checksums === undefined || !isChecksums(checksums)) return undefined;
  return {
    ...{ kind: 'checksums', line, checksums },
    checkpoint: typeof checkpoint === 'string' ? checkpoint : undefined,
  };
}

function readEnd(line: number, { end }: Members): EndLine | undefined {
  const { logs, events } = isObject(end) ? end : {};
  return isCount(logs) && isCount(events) ? { kind: 'end', line, logs, events } : undefined;
}

function isChecksums({ length }: Buffer): boolean {
  return length % CHECKSUM_BYTES === 0 && length <= MOST_EVENTS_IN_A_ROW * CHECKSUM_BYTES;
}

function parsed(text: string): Members | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function startsWith(line: Buffer, beginning: Buffer): boolean {
  return (
    line.length >= beginning.length && line.compare(beginning, 0, beginning.length, 0, beginning.length) === 0
  );
}
