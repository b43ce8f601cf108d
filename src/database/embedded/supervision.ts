import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

const LOOK_MS = 1_000;
const RETRY_MS = 1_000;

export interface Supervised {
  /** Holds the server that was started here; undefined where another process's server was joined. */
  readonly server: ServerProcess | undefined;
  /** Tells whether no server runs on the cluster any more. */
  readonly isAbsent: () => Promise<boolean>;
  /** Starts the server again, or joins one that another process has started in the meantime. */
  readonly launch: () => Promise<ServerProcess | undefined>;
  readonly onProgress: (line: string) => void;
}

/**
 * Starts the server again whenever it ends, even one that another process had started.
 * @returns a function that ends the supervision, and the server if it was started here
 */
export function supervise({ server, isAbsent, launch, onProgress }: Supervised): () => Promise<void> {
  let current = server;
  let stopping = false;
  const ended = async (): Promise<void> => {
    if (current !== undefined) return current.whenGone();
    while (!stopping && !(await isAbsent())) await sleep(LOOK_MS, undefined, { ref: false });
  };
  const again = async (): Promise<void> => {
    onProgress('the embedded PostgreSQL has ended; starting it again');
    try {
      current = await launch();
    } catch (error) {
      current = undefined;
      onProgress(error instanceof Error ? error.message : String(error));
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  };
  let starting = Promise.resolve();
  const watch = async (): Promise<void> => {
    for (;;) {
      await ended();
      if (stopping) return;
      await (starting = again());
    }
  };
  void watch();
  return async () => {
    stopping = true;
    await starting;
    await current?.stop();
  };
}
