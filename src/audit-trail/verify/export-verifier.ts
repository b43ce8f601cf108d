import type { LogKeys } from '../../transparency/log-keys.js';
import { parseOrigin } from '../../transparency/log-origin.js';
import type { TreeHead } from '../../transparency/note/checkpoint.js';
import {
  EXPORT_FORMAT,
  MOST_LINE_BYTES,
  readExportLine,
  type ChecksumLine,
  type ControlLine,
  type EndLine,
  type LogLine,
} from '../export-file/export-line.js';
import { Damage } from './damage.js';
import { comesAfter, epochStart } from './epoch-order.js';
import { EventWindow } from './event-window.js';
import { eventsOf, type ProvedLog } from './export-report.js';
import { LogSection } from './log-section.js';
import { unreadable } from './unreadable-line.js';

const NO_CHECKSUMS = Buffer.alloc(0);

/**
 * Verifies an export line by line. It holds one tree's frontier, the checksums of at most 512 events, and what was
 * proved of each log, however long the file is. Each method throws `Damage` at the first line that is not as it must
 * be; `proved` then says what was proved before.
 */
export class ExportVerifier {
  private line = 0;
  private events = 0;
  private section: LogSection | undefined;
  private hasEnded = false;
  private readonly window = new EventWindow();
  private readonly closed: ProvedLog[] = [];

  /** @param older checkpoints that somebody kept, of which nothing may have changed, and whose signatures were verified */
  constructor(
    private readonly keys: LogKeys,
    private readonly older: readonly TreeHead[] = [],
  ) {}

  /** Returns what was proved so far, by log. */
  get proved(): readonly ProvedLog[] {
    const current = this.section?.report;
    return current === undefined ? this.closed : [...this.closed, current];
  }

  /** Takes the next line, without its line feed. */
  accept(line: Buffer): void {
    this.line += 1;
    if (this.hasEnded) throw this.damage('comes after the line that ends the file');
    const read = line.length > MOST_LINE_BYTES ? undefined : readExportLine(line);
    if (this.line === 1) this.begin(line, read);
    else if (read === undefined) throw this.damage(unreadable(line));
    else if (read === 'event') this.event(line);
    else this.control(read);
  }

  /** Ends the file. @param unterminated what stands after the last line feed */
  finish(unterminated?: Buffer): void {
    this.line += 1;
    if (unterminated !== undefined)
      throw this.damage('does not end with a line feed: the file was cut off in it');
    if (!this.hasEnded) throw this.damage('is missing: the file was cut off before it');
    const absent = this.older.find(({ origin }) => this.closed.every((log) => log.origin !== origin));
    if (absent !== undefined)
      throw new Damage(
        this.line - 1,
        `ends the file without the log ${absent.origin} of the older checkpoint`,
      );
  }

  private begin(line: Buffer, read: ReturnType<typeof readExportLine>): void {
    if (typeof read !== 'object' || read.kind !== 'begin')
      throw this.damage(unreadable(line, 'the first line'));
    if (read.format !== EXPORT_FORMAT)
      throw this.damage(`says that the file has another format than ${EXPORT_FORMAT}: use a newer verifier`);
    this.window.close(this.line, read.line, NO_CHECKSUMS);
  }

  private event(event: Buffer): void {
    if (this.section === undefined) throw this.damage('is an event, where a log must begin');
    this.events += 1;
    this.window.add(this.section.append(this.line, event));
  }

  private control(read: ControlLine): void {
    this.requireLogLine(read);
    this.window.close(this.line, read.line, read.kind === 'checksums' ? read.checksums : NO_CHECKSUMS);
    if (read.kind === 'begin') throw this.damage('begins the file a second time');
    if (read.kind === 'checksums') this.checksums(read);
    else {
      this.closeSection();
      if (read.kind === 'log') this.beginLog(read);
      else this.end(read);
    }
  }

  /** Finds that the line which begins a log was removed, before its events are taken for those of another log. */
  private requireLogLine(read: ControlLine): void {
    const isEarly = read.line > this.line && read.kind === 'checksums';
    const origin = isEarly ? read.checkpoint?.slice(0, read.checkpoint.indexOf('\n')) : undefined;
    if (origin !== undefined && this.section?.isOf(origin) === false)
      throw new Damage(this.window.firstLine, 'is missing: here another log must begin');
  }

  private beginLog(head: LogLine): void {
    const older = this.older.filter(({ origin }) => origin === head.origin);
    const section = new LogSection(head, this.keys, older);
    const before = parseOrigin(this.closed.at(-1)?.origin ?? '');
    if (before !== undefined && !comesAfter(section.origin, before))
      throw this.damage('begins a log at the wrong place: logs come in the order of their origins');
    this.section = section;
  }

  private checksums({ checkpoint: text }: ChecksumLine): void {
    if (this.section === undefined) throw this.damage('is a checkpoint, where a log must begin');
    if (text === undefined) return;
    const { suspect } = this.window;
    const from = this.section.report?.size ?? 0;
    const checkpoint = this.section.checked(this.line, text);
    if (!this.section.fits(checkpoint)) {
      if (suspect !== undefined) throw new Damage(suspect.eventLine, 'is not the event that was recorded');
      throw this.damage(
        `has a checkpoint of other events than those above it: one after number ${from} of the log was changed, together with its checksum`,
      );
    }
    if (suspect !== undefined) throw new Damage(suspect.checksumLine, 'has checksums of other events');
    const { report } = this.section;
    const start =
      report === undefined ? epochStart(this.line, this.section, this.closed.at(-1)) : report.epochStart;
    this.section.prove(this.line, checkpoint, start);
  }

  /** Ends the log that is being read, if there is one, and keeps what was proved of it. */
  private closeSection(): void {
    if (this.section === undefined) return;
    const { report, isProved } = this.section;
    if (report === undefined || !isProved)
      throw this.damage('comes after events that no checkpoint covers: nothing proves them');
    this.section.close(this.line);
    this.section = undefined;
    this.closed.push(report);
  }

  private end({ logs, events }: EndLine): void {
    if (this.closed.length === 0) throw this.damage('ends the file, which has no log: nothing is proved');
    if (logs !== this.closed.length || events !== this.events || events !== eventsOf(this.closed))
      throw this.damage(
        `says that the file has ${events} events in ${logs} logs; it has ${this.events} in ${this.closed.length}`,
      );
    this.hasEnded = true;
  }

  private damage(problem: string): Damage {
    return new Damage(this.line, problem);
  }
}
