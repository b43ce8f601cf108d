import type { CompletedCommand } from './completion-tree.js';

/** Returns a script that completes the program in bash, under each of its names. */
export function bashCompletion(names: readonly string[], tree: readonly CompletedCommand[]): string {
  return `# Completes ${names.join(' and ')} in bash.
_strongroom_admin() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" place=0 skip=0 word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if ((skip)); then skip=0; continue; fi
    case "$path:$word" in
${tree.flatMap(valueCases).join('\n')}
      *:-*) continue ;;
    esac
    case "$path:$word" in
${tree.flatMap(commandCases).join('\n')}
      *) place=$((place + 1)) ;;
    esac
  done
  local words="" files=0
  case "$path:$previous" in
${tree.flatMap(choiceCases).join('\n')}
    *)
      case "$path:$place:$current" in
${tree.map(optionCase).join('\n')}
${tree.flatMap(placeCases).join('\n')}
      esac ;;
  esac
  if ((files)); then COMPREPLY=($(compgen -f -- "$current")); return; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
${names.map((name) => `complete -F _strongroom_admin ${name}`).join('\n')}
`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .flatMap(({ flags }) => flags.map((flag) => `      ${word(path, flag)}) skip=1; continue ;;`));
}

function commandCases({ path, commands }: CompletedCommand): string[] {
  return commands.map(
    ({ name }) => `      ${word(path, name)}) path="${`${path} ${name}`.trim()}"; place=0 ;;`,
  );
}

function choiceCases({ path, options }: CompletedCommand): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .flatMap(({ flags, choices, takesFile }) =>
      flags.map(
        (flag) => `    ${word(path, flag)}) ${takesFile ? 'files=1' : `words="${choices.join(' ')}"`} ;;`,
      ),
    );
}

function optionCase({ path, options }: CompletedCommand): string {
  return `        "${path}":*:-*) words="${options.flatMap(({ flags }) => flags).join(' ')}" ;;`;
}

function placeCases({ path, commands, arguments: places }: CompletedCommand): string[] {
  if (commands.length > 0)
    return [`        "${path}":0:*) words="${commands.map(({ name }) => name).join(' ')}" ;;`];
  return places.map((choices, place) => `        "${path}":${place}:*) words="${choices.join(' ')}" ;;`);
}

function word(path: string, text: string): string {
  return `"${path}:${text}"`;
}
