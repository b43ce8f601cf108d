const children = new Set();
const steps = [];

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const step of steps.reverse()) step();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Kills a child when the drill ends in any way, so that a drill that fails leaves nothing running. */
export function killAtExit(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Runs a synchronous step when the drill ends in any way, the last added first. */
export function atExit(step) {
  steps.push(step);
}
