import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atExit, killAtExit } from '../support/at-exit.js';

const FETCH = 'git fetch --tags (in a shallow clone: git fetch --unshallow --tags)';

/**
 * Returns the name of the tag to run.
 * @throws Error that says what to fetch
 */
export function tagToRun(wanted) {
  const tag = wanted ?? git('describe', '--tags', '--abbrev=0');
  if (tag === undefined) throw new Error(`There is no tag of an older version here: ${FETCH}`);
  if (git('rev-parse', '--verify', '--quiet', `${tag}^{commit}`) === undefined)
    throw new Error(`There is no version ${tag} here: ${FETCH}`);
  return tag;
}

/**
 * Sets a tagged version up in a worktree of its own, with its own packages.
 * @returns the folder of the built program
 */
export async function setUp(tag, folder, say) {
  const tree = join(folder, 'tagged');
  await run('git', ['worktree', 'add', '--detach', tree, tag], { cwd: '.' });
  atExit(() => spawnSync('git', ['worktree', 'remove', '--force', tree]));
  say(`Installing the packages of ${tag}`);
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: tree });
  await run('npm', ['run', '-s', 'build'], { cwd: tree });
  return join(tree, 'dist');
}

/** Returns the version of a built program. */
export function versionOf(dist) {
  return JSON.parse(readFileSync(join(dist, '../package.json'), 'utf8')).version;
}

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function run(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  killAtExit(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output.slice(-2_000)}`);
}
