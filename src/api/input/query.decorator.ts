import { Query as NestQuery } from '@nestjs/common';
import { readsPart } from './read-parts.js';
import { ValidatedQueryPipe } from './validated-query.pipe.js';

const validated = new ValidatedQueryPipe();

/**
 * Injects the validated query as an instance of the parameter's class. Nest's own decorator would pass it unvalidated,
 * and a global pipe would run for every parameter of every request.
 */
export function Query(): ParameterDecorator {
  return readsPart('query', NestQuery(validated));
}

/**
 * Injects the query as it was sent, for a handler that reads it by `readQuery` with the class of the version that was
 * called. The class of the parameter describes what both versions take.
 */
export function SentQuery(): ParameterDecorator {
  return readsPart('query', NestQuery());
}
