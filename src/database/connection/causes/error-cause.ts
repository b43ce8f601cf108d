/** Says what follows from a state of the database. A start ends with one line in all of them. */
interface Consequences {
  /** False if the service is not ready while the probe meets the state. */
  readonly ready: boolean;
  /** Answers a request that meets the state: 503 `unavailable`, 503 `busy`, or 500 for what waiting does not mend. */
  readonly answer: 'unavailable' | 'busy' | 'internal';
  /** True if the state leaves open what became of a statement, and whether its connection is sound. */
  readonly open: boolean;
  /** True if the messages of the server name parts of the schema or files, and no row, so that they may be shown. */
  readonly quotable: boolean;
}

/** Lists the states of the database that errors tell of. */
export const STATES = {
  /** Means that the database does not answer. */
  away: { ready: false, answer: 'unavailable', open: true, quotable: false },
  /** Means that it answers, and has no space. */
  full: { ready: false, answer: 'unavailable', open: true, quotable: true },
  /** Means that it answers, and cannot serve for another reason. */
  unusable: { ready: false, answer: 'unavailable', open: true, quotable: false },
  /** Means that a right is missing. */
  forbidden: { ready: false, answer: 'unavailable', open: false, quotable: true },
  /** Means that a part of the schema is missing. */
  incomplete: { ready: false, answer: 'unavailable', open: false, quotable: true },
  /** Means that others hold a lock, and the server rolled the statement back. */
  contended: { ready: true, answer: 'busy', open: false, quotable: false },
  /** Means that the time of the statement was over, and the server rolled it back. */
  slow: { ready: true, answer: 'busy', open: false, quotable: false },
  /** Means that something is wrong that waiting does not mend. */
  faulty: { ready: false, answer: 'internal', open: false, quotable: false },
} as const satisfies Readonly<Record<string, Consequences>>;

export type DatabaseErrorState = keyof typeof STATES;

/** Describes errors of the database, the network or TLS that have one cause, and what an operator does about it. */
export interface ErrorCause {
  /** SQLSTATEs, or codes of Node.js and OpenSSL. A code that ends with `*` stands for all that begin like it. */
  readonly codes: readonly string[];
  /** Matches messages of the driver's own errors, which have no code. */
  readonly message?: RegExp;
  /** Narrows the codes to messages of the server that match in every language, such as by the names that they quote. */
  readonly only?: RegExp;
  /** Narrows the codes to errors that these functions of PostgreSQL's source report, which no language changes. */
  readonly routines?: readonly string[];
  /** Says what is wrong, as a clause. */
  readonly cause: string;
  /** Says what to do, in the imperative. */
  readonly cure: string;
  /** Names what the error says about the database, from which everything else follows. */
  readonly state: DatabaseErrorState;
  /** Names the alarm of the log for a request that fails so, where it needs attention at once. */
  readonly alarm?: string;
}
