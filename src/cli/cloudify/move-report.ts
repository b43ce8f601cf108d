import { printable } from '../../common/printable.js';

const KINDS = ['tenants', 'users', 'user groups', 'memberships', 'secrets'] as const;
export type Kind = (typeof KINDS)[number];

interface Counts {
  moved: number;
  existing: number;
  replaced: number;
}

/** Counts what was moved and what existed already, and lists what was not moved and why. */
export class MoveReport {
  private readonly counts = new Map<Kind, Counts>(
    KINDS.map((kind) => [kind, { moved: 0, existing: 0, replaced: 0 }]),
  );
  private readonly notMoved: { kind: Kind; name: string; reason: string }[] = [];
  private readonly notes: string[] = [];

  constructor(private readonly dryRun: boolean) {}

  add(kind: Kind, what: keyof Counts, number = 1): void {
    const counts = this.counts.get(kind);
    if (counts !== undefined) counts[what] += number;
  }

  /** @param reason one line that holds no value */
  missed(kind: Kind, name: string, reason: string): void {
    this.notMoved.push({ kind, name: printable(name, 300), reason: printable(reason, 400) });
  }

  note(line: string): void {
    this.notes.push(printable(line, 600));
  }

  lines(): string[] {
    const moved = this.dryRun ? 'would be moved' : 'moved';
    const replaced = this.dryRun ? 'would be replaced' : 'replaced';
    const counted = [...this.counts].map(
      ([kind, counts]) =>
        `${kind}: ${counts.moved} ${moved}, ${counts.existing} already there` +
        (counts.replaced > 0 ? `, ${counts.replaced} ${replaced}` : ''),
    );
    if (this.notMoved.length === 0) return [...counted, ...this.notes, 'Nothing was left out'];
    const missed = this.notMoved.map(({ kind, name, reason }) => `  ${kind}: ${name}: ${reason}`);
    return [...counted, ...this.notes, `Not moved (${missed.length}):`, ...missed];
  }

  /** Returns the report as one document. */
  json(): object {
    return {
      dry_run: this.dryRun,
      counts: Object.fromEntries([...this.counts].map(([kind, counts]) => [kind, { ...counts }])),
      notes: this.notes,
      not_moved: this.notMoved,
    };
  }
}
