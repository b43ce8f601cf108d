import { Query as NestQuery } from '@nestjs/common';
import { ValidatedQueryPipe } from './validated-query.pipe.js';

const validated = new ValidatedQueryPipe();

/**
 * The query as an instance of the parameter's class, by its rules. Nest's own decorator would hand it over unchecked,
 * and a pipe for the whole application would be gone through for every parameter of every request.
 */
export function Query(): ParameterDecorator {
  return NestQuery(validated);
}
