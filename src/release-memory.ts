import { Session } from 'node:inspector';

/**
 * Gives back what the start has left behind: V8 keeps its garbage, and a young generation that grew with it, until there
 * is load. Of all collections that can be asked for, only the inspector's also makes the young generation small again.
 */
export function releaseMemory(): void {
  const session = new Session();
  session.connect();
  // The answer comes while the inspector holds a lock that a disconnection takes.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()));
}
