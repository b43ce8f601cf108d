import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

/** Milliseconds of the processor that a process has used, user and system together, without its children. */
export function processorTime(pid: number): number {
  const [, , own] = statOf(pid) ?? [0, 0, 0, 0];
  return own * TICK_MS;
}

/** The same of a process and all its descendants, those that have ended included. */
export function processorTimeOfTree(root: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size;) {
    before = tree.size;
    for (const [pid, parent] of all) if (tree.has(parent)) tree.add(pid);
  }
  const ticks = all.filter(([pid]) => tree.has(pid)).map(([, , own, ended]) => own + ended);
  return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS;
}

/** Milliseconds of the processor that this process has used since an answer of `process.cpuUsage()`. */
export function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** By `proc(5)`; the name, in parentheses, may hold anything. */
function statOf(pid: number): [pid: number, parent: number, own: number, ended: number] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
      (index) => fields[index],
    );
    return [pid, parent, user + system, endedUser + endedSystem];
  } catch {
    return undefined;
  }
}
