import 'reflect-metadata';
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';

const IGNORED_FIELDS = 'strongroom:ignored-fields';

/** Names the fields that real clients send to a route that reads no body, and that have no effect. */
export function IgnoredFields(...names: string[]): MethodDecorator {
  const properties = Object.fromEntries(names.map((name) => [name, { description: 'Has no effect' }]));
  return applyDecorators(
    SetMetadata(IGNORED_FIELDS, names),
    ApiBody({
      required: false,
      schema: { type: 'object', properties },
      examples: { empty: { summary: 'Nothing', value: {} } },
    }),
  );
}

/** Returns the fields that a handler is marked to ignore. */
export function ignoredFields(handler: object): ReadonlySet<string> {
  return new Set(Reflect.getMetadata(IGNORED_FIELDS, handler) as string[] | undefined);
}
