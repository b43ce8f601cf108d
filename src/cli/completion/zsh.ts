import type { CompletedCommand, CompletedOption } from './completion-tree.js';

/** Returns a script that completes the program in zsh, under each of its names. */
export function zshCompletion(names: readonly string[], tree: readonly CompletedCommand[]): string {
  return `#compdef ${names.join(' ')}
# Completes ${names.join(' and ')} in zsh.
${tree.map(functionOf).join('\n')}
if [ "$funcstack[1]" = "_strongroom_admin" ]; then
  _strongroom_admin "$@"
else
  compdef _strongroom_admin ${names.join(' ')}
fi
`;
}

function functionOf(command: CompletedCommand): string {
  const { commands, options, arguments: places } = command;
  const name = functionName(command.path);
  if (commands.length > 0) {
    const described = commands.map((child) => `    '${child.name}:${quoted(child.summary)}'`).join('\n');
    const calls = commands.map(
      (child) => `        ${child.name}) ${functionName(`${command.path} ${child.name}`.trim())} ;;`,
    );
    return `${name}() {
  local -a commands=(
${described}
  )
  _arguments -C ${[...options.flatMap(specsOf), "'1: :->command'", "'*:: :->rest'"].join(' ')}
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${calls.join('\n')}
      esac ;;
  esac
}
`;
  }
  const specs = [...options.flatMap(specsOf), ...places.map(placeSpec)];
  return `${name}() {
  _arguments ${specs.join(' \\\n    ')}
}
`;
}

function specsOf({ flags, description, takesValue, takesFile, choices }: CompletedOption): string[] {
  const value = takesFile ? ':file:_files' : `:value:${choices.length === 0 ? '' : `(${choices.join(' ')})`}`;
  const text = quoted(description).replaceAll('[', '\\[').replaceAll(']', '\\]');
  return flags.map((flag) => `'${flag}[${text}]${takesValue ? value : ''}'`);
}

function placeSpec(choices: readonly string[], place: number): string {
  return `'${place + 1}: :${choices.length === 0 ? '' : `(${choices.join(' ')})`}'`;
}

function functionName(path: string): string {
  return ['_strongroom_admin', ...path.split(/[ -]/).filter((part) => part !== '')].join('_');
}

/**
 * Returns text within single quotation marks of a shell, without the colon, which separates the parts of a description.
 */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}
