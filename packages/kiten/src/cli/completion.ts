import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What may follow after `kiten` and some words. */
interface Place {
  /** The words so far, `kiten` left out: `log witness`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly Option[];
}

/** A script that completes commands and options in a shell, made from the commands themselves. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}

function placesOf(command: Command, words: readonly string[]): readonly Place[] {
  const commands = command.commands.map((child) => ({
    name: child.name(),
    description: child.description(),
  }));
  const options = [command, ...defaultOf(command)]
    .flatMap((one) => one.options)
    .filter(({ hidden, long }) => !hidden && long !== undefined);
  return [
    { path: words.join(' '), commands, options },
    ...command.commands.flatMap((child) => placesOf(child, [...words, child.name()])),
  ];
}

/** The command that may be left out, if there is one: Commander keeps its name to itself. */
function defaultOf(command: Command): readonly Command[] {
  const { _defaultCommandName: name } = command as unknown as { _defaultCommandName?: string };
  return command.commands.filter((child) => child.name() === name);
}

/** Options whose value is a file or a directory: there the shell completes names. */
const takesFile = (option: Option): boolean => /<(file|directory|copy)>/.test(option.flags);
const longOf = ({ long }: Option): string => long ?? '';

/** Finds the longest run of words that is a command: the same for all shells, in each one's words. */
function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, commands, options }) =>
      `    '${path}') words='${[...commands.map(({ name }) => name), ...options.map(longOf), '--help'].join(' ')}' ;;`,
  );
  const files = [...new Set(places.flatMap(({ options }) => options.filter(takesFile).map(longOf)))];
  const choices = choicesOf(places).map(
    ([long, values]) =>
      `    ${long}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$current")); return ;;`,
  );
  return `# bash completion for kiten. Load it with: source <(kiten completion bash)
_kiten() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' word
  case "$previous" in
${choices.join('\n')}
    ${files.join('|')}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${places
      .map(({ path }) => path)
      .filter(Boolean)
      .join(' | ')} " in
      *" | \${path:+$path }$word | "*|*" \${path:+$path }$word | "*|*" | \${path:+$path }$word "*) path=\${path:+$path }$word ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || { compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); }
}
complete -F _kiten kiten
`;
}

function zsh(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`;
  const described = (name: string, description: string) =>
    quoted(`${name}`).replace(/'$/, `:${quoted(description).slice(1)}`);
  const cases = places.map(({ path, commands, options }) => {
    const words = [
      ...commands.map(({ name, description }) => described(name, description)),
      ...options.map((option) => described(longOf(option), option.description)),
      described('--help', 'what there is'),
    ];
    return `    ('${path}') candidates=(${words.join(' ')}) ;;`;
  });
  return `#compdef kiten
# zsh completion for kiten. Load it with: source <(kiten completion zsh)
_kiten() {
  local place='' word next
  local -a candidates paths
  paths=(${places.map(({ path }) => `'${path}'`).join(' ')})
  for word in \${words[2,CURRENT-1]}; do
    next="\${place:+$place }$word"
    (( \${paths[(Ie)$next]} )) && place=$next
  done
  case "$place" in
${cases.join('\n')}
  esac
  _describe 'kiten' candidates || _files
}
compdef _kiten kiten
`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const paths = places.map(({ path }) => quoted(path)).join(' ');
  const lines = places.flatMap(({ path, commands, options }) => [
    ...commands.map(
      ({ name, description }) =>
        `complete -c kiten -n ${quoted(`__kiten_at ${quoted(path)}`)} -f -a ${quoted(name)} -d ${quoted(description)}`,
    ),
    ...options.map((option) => {
      const value = option.required || option.optional ? (takesFile(option) ? ' -r -F' : ' -x') : ' -f';
      const choices = option.argChoices === undefined ? '' : ` -a ${quoted(option.argChoices.join(' '))}`;
      return `complete -c kiten -n ${quoted(`__kiten_at ${quoted(path)}`)} -l ${longOf(option).slice(2)}${value}${choices} -d ${quoted(option.description)}`;
    }),
  ]);
  return `# fish completion for kiten. Load it with: kiten completion fish | source
function __kiten_at
    set -l place ''
    for word in (commandline -opc)[2..]
        set -l next (string trim -- "$place $word")
        contains -- "$next" ${paths}; and set place $next
    end
    test "$place" = "$argv[1]"
end
${lines.join('\n')}
`;
}

function choicesOf(places: readonly Place[]): readonly (readonly [string, readonly string[]])[] {
  const found = new Map<string, readonly string[]>();
  for (const { options } of places)
    for (const option of options)
      if (option.argChoices !== undefined) found.set(longOf(option), option.argChoices);
  return [...found];
}
