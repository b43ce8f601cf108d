import { declaredFields, onlyThese, type InputClass } from './declared-fields.js';
import { ArrivingFields, type Fields } from './json-fields.js';
import { validateInput } from './validate-input.js';
import { withWhatCame } from './what-came.js';

/**
 * Returns fields that were read as an instance of `input`, with only its declared fields.
 * @throws BadParameters for a field that breaks a rule
 */
export function inputOf<T extends object>(input: InputClass<T>, fields: Fields): T {
  const result = new input();
  for (const name of declaredFields(input))
    if (fields.has(name)) Object.assign(result, { [name]: fields.get(name) });
  validateInput(result, withWhatCame);
  return result;
}

/**
 * Returns the JSON of an object as an instance of `input`, as a body of version 3.1 is read.
 * @throws BadParameters for a field that is unknown or breaks a rule
 */
export function inputOfJson<T extends object>(input: InputClass<T>, json: string): T {
  const fields = new ArrivingFields(input, onlyThese(declaredFields(input)));
  fields.read(Buffer.from(json));
  return inputOf(input, fields.end());
}
