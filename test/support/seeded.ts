import { randomInt } from 'node:crypto';

/** Seeds the random choices of this run: `TEST_SEED`, or a new number each time. */
export const SEED = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));

/** Runs `check` so that a failure names the seed that makes the same choices again. */
export async function seeded(check: () => Promise<void> | void): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new Error(`With TEST_SEED=${SEED}`, { cause: error });
  }
}
