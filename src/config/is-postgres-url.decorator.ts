import { ValidateBy } from 'class-validator';

/** Validates a PostgreSQL URL. The message never repeats it, since it may hold a password. */
export function IsPostgresUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isPostgresUrl',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isPostgresUrl(value),
      defaultMessage: () => 'must be a URL such as postgresql://user:password@host:5432/database',
    },
  });
}

/** Accepts a user only before the `@`: as a parameter it would escape the comparison of the two logins. */
function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text) || !isDecodable(text)) return false;
  const { protocol, pathname, username, searchParams } = new URL(text);
  const isPostgres = ['postgres:', 'postgresql:'].includes(protocol);
  return isPostgres && pathname.length > 1 && username !== '' && !searchParams.has('user');
}

/** Refuses a stray `%`, which would fail later, in the driver. */
function isDecodable(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}
