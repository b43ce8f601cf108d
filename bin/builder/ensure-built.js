import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BuildError } from './build-error.js';
import { compile } from './compile.js';
import { underLock } from './lock.js';
import { fingerprintOf, sourcesOf } from './sources.js';

/** Describes a build in its own folder: the fingerprint of what it was made from, and the files with their sizes. */
const RECORD = '.build.json';

/** Says which changes of the file system a build needs; a refusal has one of these codes. */
const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'];

const ROOT = join(import.meta.dirname, '../..');

/**
 * Makes sure that `dist` is built from the present sources. Nothing is written if it is; so a tree that is built starts
 * without the compiler, and from a file system that is read-only. A build is made beside `dist` and takes its place at
 * the end, so an interrupted one leaves nothing that could be taken for whole.
 * @param onBuild called before a build
 * @returns whether it was built now
 * @throws BuildError that says what to do
 */
export async function ensureBuilt({ root = ROOT, onBuild = () => undefined } = {}) {
  const dist = join(root, 'dist');
  const sources = sourcesOf(root);
  if (sources.length === 0) {
    if (existsSync(dist)) return false;
    throw new BuildError(`There is neither a build nor a source in ${root}`);
  }
  const fingerprint = fingerprintOf(root, sources);
  if (isBuilt(dist, fingerprint)) return false;
  try {
    return await underLock(`${dist}.lock`, async () => {
      // Another start may have built it meanwhile.
      if (isBuilt(dist, fingerprint)) return false;
      onBuild();
      await build(root, sources, dist, fingerprint);
      return true;
    });
  } catch (error) {
    if (!REFUSALS.includes(error.code)) throw error;
    throw new BuildError(
      `${root} has to be built, which is refused (${error.code}): run \`npm run build\` as a user who may write there`,
    );
  }
}

/** Tells whether the build was made from these sources, and all of its files are there. */
function isBuilt(dist, fingerprint) {
  let record;
  try {
    record = JSON.parse(readFileSync(join(dist, RECORD), 'utf8'));
  } catch {
    return false;
  }
  if (record.fingerprint !== fingerprint) return false;
  return Object.entries(record.files).every(
    ([path, bytes]) => statSync(join(dist, path), { throwIfNoEntry: false })?.size === bytes,
  );
}

async function build(root, sources, dist, fingerprint) {
  removeLeftovers(dist);
  const draft = `${dist}.draft`;
  mkdirSync(draft);
  try {
    await compile(root, sources, draft);
    const record = { fingerprint, files: sizesBelow(draft) };
    writeFileSync(join(draft, RECORD), JSON.stringify(record));
    if (existsSync(dist)) renameSync(dist, `${dist}.old`);
    renameSync(draft, dist);
  } finally {
    removeLeftovers(dist);
  }
}

/** Removes what this or an interrupted build has left beside `dist`. */
function removeLeftovers(dist) {
  for (const kind of ['draft', 'old']) rmSync(`${dist}.${kind}`, { recursive: true, force: true });
}

function sizesBelow(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((path) => [path.slice(folder.length + 1), statSync(path).size]));
}
