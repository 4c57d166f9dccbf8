// `slipway completion`, as data.
// It must not know how it is done: actions/completion.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const completionCommand = defineCommand({
  name: 'completion',
  group: 'Help',
  summary: 'prints a completion script for your shell',
  description: [
    'Evaluate it in the start file of the shell. Commands and options are completed, and names of environments and repositories from the manifest; AWS is never asked, and no server is started.',
  ],
  operands: [{ name: 'SHELL', description: 'the shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
  options: {},
  globals: [],
  formats: ['text', 'json'],
  json: { shell: 'the shell', script: 'the script' },
  examples: [
    { command: 'eval "$(slipway completion bash)"', text: 'in ~/.bashrc; the same with zsh in ~/.zshrc' },
    { command: 'slipway completion fish | source', text: 'in ~/.config/fish/config.fish' },
  ],
});

export type CompletionArgs = ArgsOf<typeof completionCommand>;
