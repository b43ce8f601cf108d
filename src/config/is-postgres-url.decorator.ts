import { ValidateBy } from 'class-validator';

/** For a URL of PostgreSQL. The message never repeats it: it may hold a password. */
export function IsPostgresUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isPostgresUrl',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isPostgresUrl(value),
      defaultMessage: () => 'must be a URL such as postgresql://user:password@host:5432/database',
    },
  });
}

function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, username } = new URL(text);
  return ['postgres:', 'postgresql:'].includes(protocol) && pathname.length > 1 && username !== '';
}
