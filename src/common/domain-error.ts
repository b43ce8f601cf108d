export type ErrorLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Carries a message that is safe to show to the caller: it names what was wrong and how to put it right, and never
 * holds a secret's value or a credential. `status` is an HTTP status because every caller of the service sees one;
 * nothing below the API acts on it.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly level: ErrorLevel = 'info',
    readonly headers: Readonly<Record<string, string>> = {},
    /** Adds members to the response, for clients that read them. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}
