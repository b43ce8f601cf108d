import 'reflect-metadata';
import { effectiveConfiguration } from '../../config/effective-configuration.js';
import { CommandError } from '../command-error.js';
import type { Call } from '../commands/command-spec.js';
import { list, type Output } from '../output/output.js';

/** Shows the effective configuration. One that is refused is shown first, since that helps to put it right. */
export async function showConfiguration({
  io,
  options,
}: Call<[], { json?: true; quiet?: true }>): Promise<Output> {
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
  if (problem === undefined) return Promise.resolve(output);
  if (options.json !== true && options.quiet !== true) io.write(output.text);
  throw new CommandError(problem, 'unavailable');
}
