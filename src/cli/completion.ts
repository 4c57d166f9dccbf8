// Completion scripts for three shells, made from the commands' data.
// It must not know what any command does.
import type { CommandSpec, OptionSpec } from './command.js';
import { globalNames, globalOptions } from './globals.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

function optionsOf(spec: CommandSpec): readonly OptionSpec[] {
  return [
    ...Object.values(spec.options),
    ...globalNames.map((name): OptionSpec => {
      const option = globalOptions[name];
      return name === 'output' && option.kind === 'value' ? { ...option, choices: spec.formats } : option;
    }),
    { kind: 'flag', flag: '--help', short: '-h', description: 'shows help' },
  ];
}

function choicesOf(option: OptionSpec): readonly string[] {
  return option.kind === 'value' || option.kind === 'list' ? (option.choices ?? []) : [];
}

function completes(option: OptionSpec): 'file' | 'folder' | undefined {
  return option.kind === 'value' || option.kind === 'list' ? option.completes : undefined;
}

/** First words, each with its own summary; a group (`local`) has that of none of its members. */
function firstWords(specs: readonly CommandSpec[]): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const spec of specs) {
    const [first = '', second] = spec.name.split(' ');
    if (second === undefined) words.set(first, spec.summary);
    else if (!words.has(first)) {
      const members = specs
        .filter((one) => one.name.startsWith(`${first} `))
        .map((one) => one.name.slice(first.length + 1));
      words.set(first, members.join(', '));
    }
  }
  return words;
}

function secondWords(specs: readonly CommandSpec[], first: string): readonly CommandSpec[] {
  return specs.filter((spec) => spec.name.startsWith(`${first} `));
}

function groupsOf(specs: readonly CommandSpec[]): readonly string[] {
  return [...new Set(specs.filter((spec) => spec.name.includes(' ')).map((spec) => spec.name.split(' ')[0] ?? ''))];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bash(specs: readonly CommandSpec[]): string {
  const groups = groupsOf(specs);
  const cases = specs.map((spec) => {
    const options = optionsOf(spec);
    const flags = options.flatMap((option) => [option.flag, ...(option.short === undefined ? [] : [option.short])]);
    const words = spec.operands.flatMap((operand) => operand.choices ?? []);
    const values = options.flatMap((option) => {
      if (option.kind === 'flag') return [];
      const names = [option.flag, ...(option.short === undefined ? [] : [option.short])].join('|');
      const choices = choicesOf(option);
      const kind = completes(option);
      const reply =
        choices.length > 0
          ? `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$word"))`
          : kind === undefined
            ? 'COMPREPLY=()'
            : `COMPREPLY=($(compgen ${kind === 'file' ? '-f' : '-d'} -- "$word"))`;
      return [`        ${names}) ${reply}; return ;;`];
    });
    const files = spec.operands.some((operand) => operand.completes === 'file');
    return [
      `    ${quoted(spec.name)})`,
      '      case "$before" in',
      ...values,
      '      esac',
      `      COMPREPLY=($(compgen -W ${quoted([...words, ...flags].join(' '))} -- "$word"))`,
      ...(files ? ['      [[ "$word" == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))'] : []),
      '      ;;',
    ].join('\n');
  });
  const groupCases = groups.map(
    (group) =>
      `    ${quoted(group)}) COMPREPLY=($(compgen -W ${quoted(
        secondWords(specs, group)
          .map((spec) => spec.name.slice(group.length + 1))
          .join(' '),
      )} -- "$word")) ;;`,
  );
  const takesValue = [
    ...new Set(
      specs
        .flatMap(optionsOf)
        .filter((option) => option.kind !== 'flag')
        .flatMap((option) => [option.flag, ...(option.short === undefined ? [] : [option.short])]),
    ),
  ];
  return `# slipway completion for bash: eval "$(slipway completion bash)"
_slipway() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' index=1 part
  while (( index < COMP_CWORD )); do
    part="\${COMP_WORDS[index]}"
    case "$part" in
      ${takesValue.join('|')}) (( index++ )) ;;
      -*) ;;
      *) case "$command" in
           '') command="$part" ;;
           ${groups.join('|')}) command="$command $part" ;;
         esac ;;
    esac
    (( index++ ))
  done
  case "$command" in
    '') COMPREPLY=($(compgen -W ${quoted([...firstWords(specs).keys(), '--help', '--version'].join(' '))} -- "$word")) ;;
${[...cases, ...groupCases].join('\n')}
  esac
}
complete -F _slipway slipway
`;
}

function zsh(specs: readonly CommandSpec[]): string {
  const described = (name: string, text: string): string => quoted(`${name}:${text.replaceAll(':', ' -')}`);
  const argumentsOf = (spec: CommandSpec): string => {
    const bracket = (text: string): string => text.replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', ' -');
    const options = optionsOf(spec).flatMap((option) => {
      const kind = completes(option);
      const choices = choicesOf(option);
      const action =
        choices.length > 0
          ? `(${choices.join(' ')})`
          : kind === 'file'
            ? '_files'
            : kind === 'folder'
              ? '_files -/'
              : ' ';
      const value = option.kind === 'flag' ? '' : `:${option.value}:${action}`;
      const star = option.kind === 'list' ? '*' : '';
      return [option.flag, ...(option.short === undefined ? [] : [option.short])].map((flag) =>
        quoted(`${star}${flag}[${bracket(option.description)}]${value}`),
      );
    });
    const operands = spec.operands.map((operand, index) =>
      quoted(
        `${index + 1}:${operand.name}:${operand.choices === undefined ? (operand.completes === 'file' ? '_files' : ' ') : `(${operand.choices.join(' ')})`}`,
      ),
    );
    return ['_arguments', ...options, ...operands].join(' \\\n            ');
  };
  const groups = groupsOf(specs);
  const cases = specs
    .filter((spec) => !spec.name.includes(' '))
    .map((spec) => `        ${spec.name})\n          ${argumentsOf(spec)} ;;`);
  const groupCases = groups.map((group) => {
    const members = secondWords(specs, group);
    const names = members.map((spec) => described(spec.name.slice(group.length + 1), spec.summary)).join(' ');
    const inner = members
      .map((spec) => `            ${spec.name.slice(group.length + 1)})\n          ${argumentsOf(spec)} ;;`)
      .join('\n');
    return [
      `        ${group})`,
      '          if (( CURRENT == 2 )); then',
      `            local -a members; members=(${names})`,
      "            _describe 'command' members",
      '          else',
      '            shift words; (( CURRENT-- ))',
      '            case "$words[1]" in',
      inner,
      '            esac',
      '          fi ;;',
    ].join('\n');
  });
  return `#compdef slipway
# slipway completion for zsh: eval "$(slipway completion zsh)", or save it as _slipway in a folder of $fpath
_slipway() {
  local curcontext="$curcontext" state line
  _arguments -C '1: :->command' '*:: :->rest'
  case "$state" in
    command)
      local -a commands
      commands=(${[...firstWords(specs)].map(([name, text]) => described(name, text)).join(' ')})
      _describe 'command' commands ;;
    rest)
      case "$words[1]" in
${[...cases, ...groupCases].join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_slipway" ]; then _slipway "$@"; else compdef _slipway slipway; fi
`;
}

function fish(specs: readonly CommandSpec[]): string {
  const lines = ['# slipway completion for fish: slipway completion fish | source', 'complete -c slipway -f'];
  for (const [name, text] of firstWords(specs))
    lines.push(`complete -c slipway -n __fish_use_subcommand -a ${name} -d ${quoted(text)}`);
  for (const group of groupsOf(specs)) {
    const members = secondWords(specs, group);
    const names = members.map((spec) => spec.name.slice(group.length + 1)).join(' ');
    const fresh = `'__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${names}'`;
    for (const spec of members)
      lines.push(`complete -c slipway -n ${fresh} -a ${spec.name.slice(group.length + 1)} -d ${quoted(spec.summary)}`);
  }
  for (const spec of specs) {
    const condition = quoted(
      spec.name
        .split(' ')
        .map((part) => `__fish_seen_subcommand_from ${part}`)
        .join('; and '),
    );
    for (const operand of spec.operands) {
      if (operand.choices !== undefined)
        lines.push(`complete -c slipway -n ${condition} -a ${quoted(operand.choices.join(' '))}`);
      if (operand.completes === 'file') lines.push(`complete -c slipway -n ${condition} -F`);
    }
    for (const option of optionsOf(spec)) {
      const choices = choicesOf(option);
      const value =
        option.kind === 'flag'
          ? ''
          : choices.length > 0
            ? ` -x -a ${quoted(choices.join(' '))}`
            : completes(option) === undefined
              ? ' -x'
              : ' -r -F';
      const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`;
      lines.push(
        `complete -c slipway -n ${condition} -l ${option.flag.slice(2)}${short}${value} -d ${quoted(option.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

export function completionScript(shell: Shell, specs: readonly CommandSpec[]): string {
  return { bash, zsh, fish }[shell](specs);
}
