import { operationsOf, type Document } from './document-parts.js';

interface Parameter {
  readonly name?: string;
  readonly in?: string;
}

/**
 * Returns the query parameters of lists that are the same in all operations, such as `_size`, as components, and puts
 * references in their place.
 */
export function sharedParameters(document: Document): Record<string, Parameter> {
  const operations = operationsOf(document).map(([, operation]) => operation);
  const forms = new Map<string, string[]>();
  for (const { name, ...rest } of operations.flatMap(({ parameters = [] }) => parameters as Parameter[]))
    if (name?.startsWith('_') === true)
      forms.set(name, [...(forms.get(name) ?? []), JSON.stringify({ name, ...rest })]);
  const shared = [...forms].filter(
    ([, [first, ...more]]) => more.length > 0 && more.every((one) => one === first),
  );
  const names = new Map(shared.map(([name]) => [name, componentNameOf(name)]));
  for (const operation of operations)
    operation.parameters = operation.parameters?.map((parameter: Parameter) => {
      const component = names.get(parameter.name ?? '');
      return component === undefined ? parameter : { $ref: `#/components/parameters/${component}` };
    });
  return Object.fromEntries(
    shared.map(([name, [form = '{}']]) => [componentNameOf(name), JSON.parse(form) as Parameter]),
  );
}

/** Returns a name such as `GetAllResults` for `_get_all_results`. */
function componentNameOf(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
