import { base64 } from '../../transparency/base64.js';
import type { Frontier } from '../../transparency/tree/frontier.js';
import {
  CHECKSUM_BYTES,
  controlLineText,
  EVENT_BEGINNING,
  EXPORT_FORMAT,
  MOST_EVENTS_IN_A_ROW,
  type ControlLine,
} from './export-line.js';

/** Takes a control line without its number. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'line'> : never;

/**
 * Writes an export of the audit trail, part by part: `begin`; for each log, in the order of the origins, `beginLog`,
 * its events and checkpoints; `end`. Each method returns the text to send, complete lines. The writer remembers 256
 * checksums and no event.
 */
export class ExportWriter {
  private line = 0;
  private logs = 0;
  private events = 0;
  private checksums: Buffer[] = [];
  private hasUnproved = false;

  begin(): string {
    return this.control({ kind: 'begin', format: EXPORT_FORMAT });
  }

  /**
   * Begins an epoch of a log, at its first event or at a checkpoint of its first events.
   * @throws Error where no checkpoint follows the last event of the log before
   */
  beginLog(origin: string, start?: { readonly checkpoint: string; readonly frontier: Frontier }): string {
    this.requireProved();
    this.logs += 1;
    this.hasUnproved = true;
    const frontier = start?.frontier.hashes.map(base64) ?? [];
    return this.control({
      ...{ kind: 'log', origin },
      start: start === undefined ? undefined : { checkpoint: start.checkpoint, frontier },
    });
  }

  /**
   * Writes an event. The hash is the one that was stored when the event became a leaf, so that a body which has been
   * changed since is found with its line.
   * @param body the stored text; one that cannot stand in the file is left out, as by `missing`
   */
  event(body: string, leafHash: Uint8Array): string {
    if (body.includes('\n') || !body.startsWith(EVENT_BEGINNING)) return this.missing(leafHash);
    return `${body}\n${this.count(leafHash)}`;
  }

  /** Leaves out an event of which only the leaf is left. Whoever verifies the file is told that its line is missing. */
  missing(leafHash: Uint8Array): string {
    return this.count(leafHash);
  }

  /** Writes the checkpoint of all events of the log so far. */
  checkpoint(checkpoint: string): string {
    this.hasUnproved = false;
    return this.checksumLine(checkpoint);
  }

  /** @throws Error where no checkpoint follows the last event */
  end(): string {
    this.requireProved();
    return this.control({ kind: 'end', logs: this.logs, events: this.events });
  }

  private count(leafHash: Uint8Array): string {
    this.line += 1;
    this.events += 1;
    this.hasUnproved = true;
    this.checksums.push(Buffer.from(leafHash.subarray(0, CHECKSUM_BYTES)));
    return this.checksums.length < MOST_EVENTS_IN_A_ROW ? '' : this.checksumLine(undefined);
  }

  private checksumLine(checkpoint: string | undefined): string {
    const checksums = Buffer.concat(this.checksums);
    this.checksums = [];
    return this.control({ kind: 'checksums', checksums, checkpoint });
  }

  private control(control: Unnumbered<ControlLine>): string {
    this.line += 1;
    return `${controlLineText({ ...control, line: this.line })}\n`;
  }

  private requireProved(): void {
    if (this.hasUnproved) throw new Error('An export ends each log with a checkpoint of all its events');
  }
}
