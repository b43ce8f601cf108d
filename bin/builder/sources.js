import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder of the builder, which decides about the output as the sources do. */
const BUILDER = ['bin/builder'];

/**
 * Returns the paths of the files to build, relative to the root and sorted: those that the configuration includes which
 * nest-cli.json names, as for `nest build`. There are none where only built files are kept.
 */
export function sourcesOf(root) {
  if (!existsSync(join(root, 'nest-cli.json'))) return [];
  const { compilerOptions } = readJson(root, 'nest-cli.json');
  const { include } = readJson(root, compilerOptions.tsConfigPath);
  // An image is built without the benchmark.
  return filesBelow(
    root,
    include.filter((path) => existsSync(join(root, path))),
  );
}

/** Returns a digest of everything that the output depends on. It changes with contents and names, not with times. */
export function fingerprintOf(root, sources) {
  const { dependencies } = readJson(root, 'package.json');
  const hash = createHash('sha256').update(dependencies['@swc/core']);
  for (const path of [...filesBelow(root, BUILDER), ...sources]) {
    const content = readFileSync(join(root, path));
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(root, paths) {
  return paths.flatMap((path) => {
    if (statSync(join(root, path)).isFile()) return [path];
    return readdirSync(join(root, path), { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
  });
}

function readJson(root, path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
