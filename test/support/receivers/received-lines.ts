import { createHash } from 'node:crypto';
import type { TestDatabase } from '../database.js';

const LINE = /^\{"origin":"([a-z0-9/-]+)","index":(\d+),"event":(\{.*\})\}$/;

/** Names a leaf, with its hash in hexadecimal. */
interface Leaf {
  readonly name: string;
  readonly hash: string;
}

/** Takes lines of a sink apart, and hashes the bytes of each event as a leaf of RFC 6962. */
function leavesIn(lines: readonly string[]): Leaf[] {
  return lines.map((line) => {
    const [, origin, index, event] = LINE.exec(line) ?? [];
    if (origin === undefined || index === undefined || event === undefined)
      throw new Error(`Not a line: ${line}`);
    const hash = createHash('sha256').update('\0').update(event).digest('hex');
    return { name: `${origin} ${index}`, hash };
  });
}

/** Says what is wrong with the lines that a sink has got: nothing for each list in which all is right. */
export interface LineReport {
  /** Leaves from the given number on that are in no line. */
  readonly missing: readonly string[];
  /** Leaves whose line does not hash to them, or that are in no tree. */
  readonly wrong: readonly string[];
  /** Leaves that came first after a later one of their log. */
  readonly disordered: readonly string[];
  readonly repeated: number;
}

/** Compares lines with the leaves of all trees of a database; `from` tells with which leaf the lines of each log begin. */
export async function reportOnLines(
  database: TestDatabase,
  lines: readonly string[],
  from: Readonly<Record<string, number>> = {},
): Promise<LineReport> {
  const rows = await database.asSuperuser<{ log_id: string; origin: string; index: string; hash: string }>(
    `SELECT log_id, audit_origin(log_id, epoch) AS origin, leaf_index AS index, encode(hash, 'hex') AS hash
     FROM audit_leaves ORDER BY log_id, epoch, leaf_index`,
  );
  const wanted = rows.filter(({ log_id, index }) => Number(index) >= (from[log_id] ?? 0));
  const leaves = new Map(wanted.map(({ origin, index, hash }) => [`${origin} ${index}`, hash]));
  const received = leavesIn(lines);
  const first = new Map<string, string>();
  for (const { name, hash } of received) if (!first.has(name)) first.set(name, hash);
  const next = new Map<string, number>();
  const disordered = [...first.keys()].filter((name) => {
    const [origin = '', index = ''] = name.split(' ');
    const before = next.get(origin);
    next.set(origin, Number(index) + 1);
    return before !== undefined && before !== Number(index);
  });
  return {
    missing: [...leaves.keys()].filter((name) => !first.has(name)),
    wrong: received.filter(({ name, hash }) => leaves.get(name) !== hash).map(({ name }) => name),
    disordered,
    repeated: received.length - first.size,
  };
}
