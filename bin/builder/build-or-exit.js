import { BuildError } from './build-error.js';
import { ensureBuilt } from './ensure-built.js';

const toStandardError = (reason) => process.stderr.write(`${reason}\n`);

/**
 * Makes sure that `dist` is built; if it cannot be, says why and ends the process.
 * @param onBuild called before a build
 * @param onFailure told why there is no build
 * @returns whether it was built now
 */
export async function buildOrExit({ onBuild, onFailure = toStandardError } = {}) {
  try {
    return await ensureBuilt({ onBuild });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    onFailure(error.message);
    process.exit(1);
  }
}
