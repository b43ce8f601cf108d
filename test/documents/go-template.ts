/** Reads the part of Go's templates, with the functions of Sprig, that the examples use. */
type Data = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/**
 * Executes a template.
 * @param text with actions like `{{ .login.username }}`, `{{ print .a.b ":" .a.c | b64enc }}` or
 * `{{ if eq .a "" }}…{{ end }}`, which must not be nested
 * @throws Error for `fail`, a missing field, and anything that this reader does not support
 */
export function executeTemplate(text: string, data: Data): string {
  const [plain = '', ...parts] = text.split(/\{\{(.*?)\}\}/);
  let result = plain;
  let isShown = true;
  for (let index = 0; index < parts.length; index += 2) {
    const action = (parts[index] ?? '').trim();
    if (action === 'end') isShown = true;
    else if (action.startsWith('if ')) isShown = evaluated(action.slice(3), data) === 'true';
    else if (isShown) result += evaluated(action, data);
    if (isShown) result += parts[index + 1] ?? '';
  }
  return result;
}

function evaluated(action: string, data: Data): string {
  const [first = '', ...filters] = action.split('|').map((command) => command.trim());
  return filters.reduce((piped, name) => applyFunction(name, [piped]), executeCommand(first, data));
}

function executeCommand(command: string, data: Data): string {
  const words = command.match(/"[^"]*"|\S+/g) ?? [];
  const name = words[0] ?? '';
  if (words.length === 1 && !/^\w/.test(name)) return operand(name, data);
  return applyFunction(
    name,
    words.slice(1).map((word) => operand(word, data)),
  );
}

function operand(word: string, data: Data): string {
  const literal = /^"([^"]*)"$/.exec(word)?.[1];
  if (literal !== undefined) return literal;
  const [, object = '', member] = /^\.(\w+)(?:\.(\w+))?$/.exec(word) ?? [];
  const found = data[object];
  const value = typeof found === 'object' && member !== undefined ? found[member] : found;
  if (typeof value !== 'string') throw new Error(`The template names ${word}, which is not there`);
  return value;
}

function applyFunction(name: string, args: readonly string[]): string {
  if (name === 'print') return args.join('');
  if (name === 'eq' && args.length === 2) return String(args[0] === args[1]);
  if (name === 'fail' && args.length === 1) throw new Error(args[0]);
  if (name === 'b64enc' && args.length === 1) return Buffer.from(args[0] ?? '').toString('base64');
  throw new Error(`The reader of templates does not know ${name} with ${args.length} arguments`);
}
