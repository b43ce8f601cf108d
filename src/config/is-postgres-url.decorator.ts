import { ValidateBy } from 'class-validator';
import { databaseTls } from './database-tls.js';
import { DatabaseUrlError, parseDatabaseUrl } from './database-url.js';

/** Validates a PostgreSQL URL and the files that it names. The message never repeats a password. */
export function IsPostgresUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isPostgresUrl',
    validator: {
      validate: (value: unknown) => problemOf(value) === undefined,
      defaultMessage: (given) => problemOf(given?.value) ?? '',
    },
  });
}

function problemOf(value: unknown): string | undefined {
  try {
    databaseTls(parseDatabaseUrl(String(value)));
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseUrlError) return error.message;
    throw error;
  }
}
