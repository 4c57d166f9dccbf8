// Completion scripts for three shells. Each asks the program itself for what comes next: `slipway __complete SHELL WORD...`.
// It must not know commands: complete.ts does.
import type { Completion } from './complete.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The word that makes a call a question of a completion script. It is no command, and no help tells of it. */
export const question = '__complete';

/** A shell's text as it is, but for `$\{`, which stands for `${`. */
function sh({ raw }: TemplateStringsArray): string {
  return raw.join('').replaceAll('$\\{', '${');
}

// The program may be called by a path; only then would it be another than the one on PATH.
// What goes wrong is nothing to show in the middle of somebody's line.
const scripts: Readonly<Record<Shell, string>> = {
  bash: sh`# slipway completion for bash: eval "$(slipway completion bash)"
_slipway() {
  local IFS=$'\n' word="$\{COMP_WORDS[COMP_CWORD]}" answer
  answer=($("$\{COMP_WORDS[0]/#\~/$HOME}" __complete bash "$\{COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null))
  COMPREPLY=("$\{answer[@]:1}")
  [[ "$word" == [=:] ]] && word=''
  case "$\{answer[0]}" in
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
    folder) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")) ;;
  esac
}
complete -F _slipway slipway
`,
  zsh: sh`#compdef slipway
# slipway completion for zsh: eval "$(slipway completion zsh)", or save it as _slipway in a folder of $fpath
_slipway() {
  local program=$\{~words[1]}
  local -a answer found
  answer=("$\{(@f)$("$program" __complete zsh "$\{(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  found=("$\{(@)answer[2,-1]}")
  case "$answer[1]" in
    file) compset -P '--*='; _files ;;
    folder) compset -P '--*='; _files -/ ;;
    *) _describe -t slipway slipway found ;;
  esac
}
if [ "$funcstack[1]" = "_slipway" ]; then
  _slipway "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _slipway slipway
fi
`,
  fish: sh`# slipway completion for fish: slipway completion fish | source
function __slipway_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r -- '^~(?=/)' $HOME $words[1])
    set -e words[1]
    type -q -- $program; or return
    set -l answer ($program __complete fish $words "$current" 2>/dev/null </dev/null)
    set -l before (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -- "$before" '' "$current")
    switch "$answer[1]"
        case file
            string replace -r -- '^' "$before" (__fish_complete_path "$path")
        case folder
            string replace -r -- '^' "$before" (__fish_complete_directories "$path")
        case '*'
            printf '%s\n' $answer[2..-1]
    end
end
complete -c slipway -f -a '(__slipway_complete)'
`,
};

export function completionScript(shell: Shell): string {
  return scripts[shell];
}

/**
 * bash takes words apart at `=` and `:`, which are no ends of words here. They are put together again, and of every
 * suggestion that part is left which stands in the place of the last piece.
 */
export function joinPieces(pieces: readonly string[]): readonly string[] {
  const words: string[] = [];
  let joins = false;
  for (const piece of pieces) {
    const separates = piece === '=' || piece === ':';
    const last = words.length - 1;
    if ((separates || joins) && last >= 0) words[last] += piece;
    else words.push(piece);
    joins = separates;
  }
  return words;
}

function linesFor(shell: Shell, { words }: Completion, current: string): readonly string[] {
  switch (shell) {
    case 'bash': {
      const cut = Math.max(current.lastIndexOf('='), current.lastIndexOf(':')) + 1;
      return words.map(({ value }) => value.slice(cut));
    }
    case 'zsh':
      return words.map(({ value, description }) =>
        [value.replaceAll(':', '\\:'), description].filter(Boolean).join(':'),
      );
    case 'fish':
      return words.map(({ value, description }) => [value, description].filter(Boolean).join('\t'));
  }
}

/** What the script of a shell reads: the kind, then a line for each suggestion. */
export function answerFor(shell: Shell, completion: Completion, current: string): string {
  return `${[completion.kind, ...linesFor(shell, completion, current)].join('\n')}\n`;
}
