import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

const LOOK_MS = 1_000;
const RETRY_MS = 1_000;

export interface Supervised {
  /** The server that this process started; undefined if it joined another one. */
  readonly server: ServerProcess | undefined;
  /** Tells whether no server runs on the cluster any more. */
  readonly isAbsent: () => Promise<boolean>;
  /** Restarts the server, or joins one that another process has started in the meantime. */
  readonly launch: () => Promise<ServerProcess | undefined>;
  readonly onProgress: (line: string) => void;
}

/**
 * Restarts the server whenever it ends, even if another process had started it.
 * @returns a function that ends the supervision, and stops the server if this process started it
 */
export function supervise({ server, isAbsent, launch, onProgress }: Supervised): () => Promise<void> {
  let current = server;
  let stopping = false;
  const ended = async (): Promise<void> => {
    if (current !== undefined) return current.whenGone();
    while (!stopping && !(await isAbsent())) await sleep(LOOK_MS, undefined, { ref: false });
  };
  let failure = '';
  const restart = async (): Promise<void> => {
    if (failure === '') onProgress('the embedded PostgreSQL has ended; starting it again');
    try {
      current = await launch();
      failure = '';
    } catch (error) {
      current = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      // The same reason, with another time and process, is not repeated each second.
      if (withoutNumbers(reason) !== failure) onProgress(reason);
      failure = withoutNumbers(reason);
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  };
  let starting = Promise.resolve();
  const watch = async (): Promise<void> => {
    for (;;) {
      await ended();
      if (stopping) return;
      await (starting = restart());
    }
  };
  void watch();
  return async () => {
    stopping = true;
    await starting;
    await current?.stop();
  };
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '0');
}
