import { CHECKSUM_BYTES, MOST_EVENTS_IN_A_ROW } from '../export-file/export-line.js';
import { Damage } from './damage.js';

/** Describes an event whose checksum does not fit: either of the two was changed. */
interface Suspect {
  readonly eventLine: number;
  readonly checksumLine: number;
}

/**
 * Holds the checksums of the events since the last control line, at most 512, and compares them with those that the
 * next one has. The root of a tree only says that something differs; this says where.
 */
export class EventWindow {
  private readonly checksums: Buffer[] = [];
  private first = 1;
  private found: Suspect | undefined;

  /** Returns the first event since the last checkpoint whose checksum does not fit. */
  get suspect(): Suspect | undefined {
    return this.found;
  }

  get isEmpty(): boolean {
    return this.checksums.length === 0;
  }

  /** Returns the line after the last control line. */
  get firstLine(): number {
    return this.first;
  }

  /** @throws Damage where checksums are missing, and so many events came since that it cannot be said better */
  add(leafHash: Buffer): void {
    if (this.checksums.length === 2 * MOST_EVENTS_IN_A_ROW) throw missing(this.first + MOST_EVENTS_IN_A_ROW);
    this.checksums.push(leafHash.subarray(0, CHECKSUM_BYTES));
  }

  /**
   * Compares the events with a control line, and begins anew after it.
   * @param claimed the number that the control line gives itself
   * @throws Damage where lines are missing, or too many
   */
  close(line: number, claimed: number, checksums: Buffer): void {
    const [events, wanted] = [this.checksums.length, checksums.length / CHECKSUM_BYTES];
    const different = this.firstDifference(checksums);
    if (claimed !== line || events !== wanted)
      throw this.structuralDamage(line, claimed, checksums, different);
    if (different !== undefined) this.found ??= { eventLine: this.first + different, checksumLine: line };
    this.checksums.length = 0;
    this.first = line + 1;
  }

  /** Forgets the suspect, after it was reported. */
  clear(): void {
    this.found = undefined;
  }

  private structuralDamage(
    line: number,
    claimed: number,
    checksums: Buffer,
    different: number | undefined,
  ): Damage {
    const [events, wanted] = [this.checksums.length, checksums.length / CHECKSUM_BYTES];
    if (claimed > line && wanted > events) return missing(this.first + (different ?? events));
    if (claimed > line && wanted < events && this.endsWith(checksums))
      return missing(this.first + events - wanted);
    if (claimed < line && wanted < events)
      return new Damage(this.first + (different ?? wanted), 'is one too many, or at the wrong place');
    return claimed === line
      ? new Damage(line, `has the checksums of ${wanted} events, but ${events} come before it`)
      : new Damage(line, `calls itself line ${claimed}: a line was added, removed or moved`);
  }

  /** Returns the index of the first event that differs; undefined where none does, as far as both go. */
  private firstDifference(checksums: Buffer): number | undefined {
    const most = Math.min(this.checksums.length, checksums.length / CHECKSUM_BYTES);
    const index = this.checksums.slice(0, most).findIndex((own, each) => !own.equals(at(checksums, each)));
    return index < 0 ? undefined : index;
  }

  private endsWith(checksums: Buffer): boolean {
    const wanted = checksums.length / CHECKSUM_BYTES;
    const last = this.checksums.slice(this.checksums.length - wanted);
    return last.every((own, index) => own.equals(at(checksums, index)));
  }
}

function at(checksums: Buffer, index: number): Buffer {
  return checksums.subarray(index * CHECKSUM_BYTES, (index + 1) * CHECKSUM_BYTES);
}

function missing(line: number): Damage {
  return new Damage(line, 'is missing: the file had another line here');
}
