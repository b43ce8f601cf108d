import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BuildError } from './build-error.js';
import { swcOptions } from './swc-options.js';

/**
 * Writes the built form of the sources below `target`: TypeScript as JavaScript with a source map, the rest as it is.
 */
export async function compile(root, sources, target) {
  const { transform } = await loadSwc();
  await Promise.all(
    sources.map(async (path) => {
      if (path.endsWith('.d.ts')) return;
      mkdirSync(dirname(join(target, path)), { recursive: true });
      if (!path.endsWith('.ts')) cpSync(join(root, path), join(target, path));
      else await compileFile(transform, root, path, target);
    }),
  );
}

async function compileFile(transform, root, path, target) {
  const output = join(target, `${path.slice(0, -'.ts'.length)}.js`);
  const options = {
    ...swcOptions,
    filename: path,
    // As seen from its place in `dist`.
    sourceFileName: join(relative(dirname(join('dist', path)), '.'), path),
    sourceMaps: true,
    configFile: false,
    swcrc: false,
  };
  let result;
  try {
    result = await transform(readFileSync(join(root, path), 'utf8'), options);
  } catch (error) {
    throw new BuildError(
      `${path} cannot be compiled:\n${error.message.replace(/\n+Stack backtrace[^]*/, '')}`,
    );
  }
  const map = `${output}.map`;
  writeFileSync(output, `${result.code}//# sourceMappingURL=${map.slice(map.lastIndexOf('/') + 1)}\n`);
  writeFileSync(map, result.map);
}

async function loadSwc() {
  try {
    return (await import('@swc/core')).default;
  } catch (error) {
    throw new BuildError(
      `The compiler @swc/core cannot be loaded (${error.code ?? error.message.split('\n')[0]}): run \`npm ci\`, with ` +
        'optional packages',
    );
  }
}
