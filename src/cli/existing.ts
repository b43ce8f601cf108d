import { NotFound } from '../common/errors.js';

/** Returns what was looked for; undefined where it does not exist. */
export async function existing<T>(looked: Promise<T>): Promise<T | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
