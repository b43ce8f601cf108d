import { isError } from '../../observability/error-fields.js';

/** Says why a receiver did not take events, in words that hold nothing secret. */
export class SinkFailure extends Error {
  override readonly name = 'SinkFailure';
}

/** Says that a receiver has not answered in time, or that the process stops. */
export class SinkTimeout extends SinkFailure {
  constructor() {
    super('it did not answer in time');
  }
}

/** Returns the reason of a failure for the log. Messages of other errors may repeat an address, so only their code is told. */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof SinkFailure) return error.message;
  const { code, name } = isError(error) ? (error as NodeJS.ErrnoException) : {};
  return code ?? name ?? typeof error;
}
