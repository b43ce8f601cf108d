/** Reads the part of Go's templates, with the functions of Sprig, that the examples use. */
type Data = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Executes a template.
 * @param text with actions like `{{ .login.username }}` or `{{ print .a.b ":" .a.c | b64enc }}`
 * @throws Error for a missing field, and for anything that this reader does not support
 */
export function executeTemplate(text: string, data: Data): string {
  return text.replace(/\{\{(.*?)\}\}/g, (_, action: string) => {
    const [first = '', ...filters] = action.split('|').map((command) => command.trim());
    return filters.reduce((piped, name) => applyFunction(name, [piped]), executeCommand(first, data));
  });
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
  const [, object = '', member = ''] = /^\.(\w+)\.(\w+)$/.exec(word) ?? [];
  const value = data[object]?.[member];
  if (value === undefined) throw new Error(`The template names ${word}, which is not there`);
  return value;
}

function applyFunction(name: string, args: readonly string[]): string {
  if (name === 'print') return args.join('');
  if (name === 'b64enc' && args.length === 1) return Buffer.from(args[0] ?? '').toString('base64');
  throw new Error(`The reader of templates does not know ${name} with ${args.length} arguments`);
}
