import { readdirSync, readFileSync } from 'node:fs';

/** Holds the unit of the kernel's counts, a hundredth of a second (USER_HZ). */
const TICK_MS = 10;

/** Returns the processor time of a process in milliseconds, user and system together, without its children. */
export function processorTime(pid: number): number {
  const [, , own] = statOf(pid) ?? [0, 0, 0, 0];
  return own * TICK_MS;
}

/** Returns the processor time of a process and all its descendants, including those that have ended. */
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

/** Returns the processor time of this process in milliseconds since a result of `process.cpuUsage()`. */
export function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Reads a process's times as described in `proc(5)`. The name, in parentheses, may contain any character. */
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
