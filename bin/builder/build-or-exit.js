import { BuildError } from './build-error.js';
import { ensureBuilt } from './ensure-built.js';

/**
 * Makes sure that `dist` is built; if it cannot be, says why on standard error and ends the process.
 * @param onBuild called before a build
 * @returns whether it was built now
 */
export async function buildOrExit(onBuild) {
  try {
    return await ensureBuilt({ onBuild });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
