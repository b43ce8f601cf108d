import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { BadParameters } from '../../common/errors.js';
import { unknownName } from '../../common/names/unknown-name.js';
import { declaredFields, type InputClass } from './declared-fields.js';
import { isRepeatable } from './repeatable.decorator.js';
import { requireStorableText } from './storable-json.js';
import { validateInput } from './validate-input.js';

/** Turns a `@Query()` parameter into a validated instance of its class. */
@Injectable()
export class ValidatedQueryPipe implements PipeTransform<unknown, unknown> {
  transform(query: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type !== 'query' || data !== undefined || metatype === undefined || metatype === Object) return query;
    return readQuery((query ?? {}) as Record<string, unknown>, metatype as InputClass<object>);
  }
}

/**
 * Reads a query as an instance of `input`.
 * @throws BadParameters for an undeclared parameter, a repeated one that is not `Repeatable`, a text that the database
 *   cannot hold, or an invalid value
 */
export function readQuery<T extends object>(query: Record<string, unknown>, input: InputClass<T>): T {
  const names = declaredFields(input);
  for (const [name, value] of Object.entries(query)) {
    if (!names.has(name)) throw new BadParameters(unknownName('query parameter', name, names));
    if (typeof value !== 'string' && !isRepeatable(input.prototype as object, name))
      throw new BadParameters(`\`${name}\` may be given only once`);
    for (const text of [value].flat()) requireStorableText(String(text), name);
  }
  const result = plainToInstance(input, query);
  validateInput(result);
  return result;
}
