/**
 * Names the answer to a request that fails because of an error: 503 `unavailable`, 503 `busy`, or 500 for what waiting
 * does not mend.
 */
type AnswerToRequests = 'unavailable' | 'busy' | 'internal';

/** Describes errors of the database, the network or TLS that have one cause, and what an operator does about it. */
export interface ErrorCause {
  /** SQLSTATEs, or codes of Node.js and OpenSSL. A code that ends with `*` stands for all that begin like it. */
  readonly codes: readonly string[];
  /** Matches messages of the driver's own errors, which have no code. */
  readonly message?: RegExp;
  /** Narrows the codes to messages of the server that match in every language, such as by the names that they quote. */
  readonly only?: RegExp;
  /** Says what is wrong, as a clause. */
  readonly cause: string;
  /** Says what to do, in the imperative. */
  readonly cure: string;
  readonly answer: AnswerToRequests;
}
