export interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

/**
 * An error as it may be logged. The database's errors repeat statements, parameters and rows in their messages and
 * fields, so of those only codes and names of the schema are kept.
 */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table, driverError } = error as Error & Record<string, unknown>;
  const type = error.constructor.name;
  if (driverError instanceof Error) return { ...errorFields(driverError), type };
  const isDatabase = typeof (error as { severity?: unknown }).severity === 'string';
  return {
    type,
    ...(typeof code === 'string' && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(typeof table === 'string' && { table }),
    ...(!isDatabase && { message: error.message }),
    ...(error.stack !== undefined && { stack: framesOf(error) }),
    ...(error.cause instanceof Error && { cause: errorFields(error.cause) }),
  };
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
