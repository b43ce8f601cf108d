import { StartupError } from '../common/startup-error.js';
import type { Configuration } from '../config/configuration.js';
import { loadConfiguration } from '../config/load-configuration.js';
import { CommandError } from './command-error.js';

/** @throws CommandError that names the problem where the configuration is refused */
export function requireConfiguration(): Configuration {
  try {
    return loadConfiguration();
  } catch (error) {
    throw asUnavailable(error);
  }
}

/**
 * Awaits the opening of an installation, and says by the exit code of its failure that there was nothing to work on.
 */
export async function opened<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    throw asUnavailable(error);
  }
}

function asUnavailable(error: unknown): unknown {
  return error instanceof StartupError ? new CommandError(error.message, 'unavailable') : error;
}
