import 'reflect-metadata';
import { effectiveConfiguration } from '../../config/effective-configuration.js';
import { list, type Output } from '../output/output.js';

/** Shows the effective configuration. One that is refused is shown too, since that helps to put it right. */
export function showConfiguration(): Promise<Output> {
  const { variables, problem } = effectiveConfiguration();
  const output = list(variables, {
    columns: [
      ['VARIABLE', ({ name }) => name],
      ['VALUE', ({ value }) => value],
      ['SOURCE', ({ source }) => source],
    ],
    id: ({ name, value }) => `${name}=${value ?? ''}`,
    none: 'There are no variables',
  });
  return Promise.resolve(problem === undefined ? output : { ...output, problem, exit: 'unavailable' });
}
