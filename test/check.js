/** Runs every check that a commit must pass (`npm test`). Prints `N passed, N failed` last. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = (name) => join('node_modules', '.bin', name);
const reports = mkdtempSync(join(tmpdir(), 'strongroom-check-'));

const STEPS = {
  lint: { command: [bin('eslint'), '--max-warnings', '0', '.'] },
  format: { command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  types: { command: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  boundaries: { command: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', 'src'] },
  unused: { command: [bin('knip')] },
  unit: { tests: ['test/unit', 'test/architecture'] },
  database: { tests: ['test/database'] },
  // Each test file leaves memory with its worker, which so many files would fill: the runs begin with new workers.
  e2e: { tests: ['test/e2e'], runs: 3 },
  processes: { tests: ['test/process'] },
};

const USAGE = `npm test [-- STEP...]

Runs all steps, or only those named: ${Object.keys(STEPS).join(', ')}.
Prints at the end how many tests and other steps passed and failed.
`;

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in STEPS));
if (names.includes('--help')) {
  process.stdout.write(USAGE);
} else if (unknown !== undefined) {
  process.stderr.write(`Unknown step ${unknown}\n${USAGE}`);
  process.exitCode = 2;
} else {
  await check(names.length > 0 ? names : Object.keys(STEPS));
}

async function check(selected) {
  const total = { passed: 0, failed: 0 };
  const inTurn = async (names) => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) await take(name, total);
  };
  // Jest uses every processor, and each of the others one.
  const others = selected.filter((name) => STEPS[name].tests === undefined);
  await Promise.all(Array.from({ length: availableParallelism() }, () => inTurn(others)));
  await inTurn(selected.filter((name) => STEPS[name].tests !== undefined));
  rmSync(reports, { recursive: true, force: true });
  process.exitCode = total.failed > 0 ? 1 : 0;
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
}

async function take(name, total) {
  const started = Date.now();
  const { passed, failed, output } = await runStep(name, STEPS[name]);
  total.passed += passed;
  total.failed += failed;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (failed > 0) process.stdout.write(`${output}\n`);
  process.stdout.write(`${name}: ${passed} passed, ${failed} failed (${seconds} s)\n`);
}

async function runStep(name, { command, tests, runs = 1 }) {
  if (tests === undefined) {
    const { code, output } = await run(command);
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
  }
  const total = { passed: 0, failed: 0, output: '' };
  for (let part = 1; part <= runs; part += 1) {
    const { passed, failed, output } = await runTests(`${name}-${part}`, [
      `--shard=${part}/${runs}`,
      ...tests,
    ]);
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) total.output += output;
  }
  return total;
}

/** Runs Jest with these arguments. */
async function runTests(name, args) {
  const report = join(reports, `${name}.json`);
  const jest = ['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js')];
  const { code, output } = await run([
    process.execPath,
    ...jest,
    '--json',
    `--outputFile=${report}`,
    ...args,
  ]);
  return { ...count(report, code), output };
}

/** Counts files that do not load, skipped tests and runs without a report as failures. */
function count(report, code) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = results;
  const failed = numFailedTests + numPendingTests + numTodoTests + results.numRuntimeErrorTestSuites;
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

/** Returns the exit code and the output, without the JSON that Jest prints in addition to its report. */
function run([program, ...args]) {
  const env = { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' };
  delete env.FORCE_COLOR;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const isReport = args.includes('--json');
  let output = '';
  const keep = (chunk) => (output += chunk);
  if (isReport) child.stdout.resume();
  else child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
