import { isDeepStrictEqual } from 'node:util';

/** Says how something is made of what may change. */
export interface Renewal<T, Source> {
  /** Reads what it is made of. */
  readonly read: () => Source;
  readonly make: (source: Source) => T;
  /** Told once why something new could not be read or used. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Makes something, and returns a function that returns it, made again if what it is made of has changed. If that cannot be
 * read or used, the function returns the one before.
 * @throws what `read` and `make` throw the first time
 */
export function renewed<T, Source>({ read, make, onProblem }: Renewal<T, Source>): () => T {
  let source = read();
  let made = make(source);
  let told: string | undefined;
  return () => {
    try {
      const now = read();
      if (!isDeepStrictEqual(now, source)) [made, source] = [make(now), now];
      told = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (message !== told) onProblem(message);
      told = message;
    }
    return made;
  };
}
