// Which registries clients are logged in to, until when, and where that is kept.
// It must not know how a login is made.
import { commandLine, type Run } from '../advice.js';
import { loginCommand } from '../commands/login.js';
import { type Canvas, hang, table } from '../text.js';
import { shownPath } from './diagnostics.js';

export type KeptFor = { readonly client: string; readonly file: string } & (
  | { readonly how: 'file' }
  | { readonly how: 'store' | 'helper'; readonly store: string }
);

export interface LoggedIn {
  readonly registry: string;
  /** Both are absent where a helper is to be asked. */
  readonly username: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  readonly kept: readonly KeptFor[];
}

function where(kept: KeptFor, cwd: string): string {
  const file = shownPath(kept.file, cwd);
  if (kept.how === 'file') return file;
  return kept.how === 'store'
    ? `docker-credential-${kept.store}, named in ${file}`
    : `asks docker-credential-${kept.store}, named in ${file}`;
}

/** To the minute. */
function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function printLogin(all: readonly LoggedIn[], run: Run, { paint, columns }: Canvas): string {
  const lines: string[] = [];
  for (const { registry, expiresAt, kept } of all) {
    const asking = kept.every((one) => one.how === 'helper');
    const head = asking ? `Clients log in to ${registry} themselves` : `Logged in to ${registry}`;
    lines.push(paint.bold(paint.green(head)));
    lines.push(...table(kept.map((one) => [`  ${one.client}`, where(one, run.cwd)])));
    if (!asking && expiresAt !== undefined) lines.push(paint.dim(`  until ${time(expiresAt)}`));
    lines.push('');
  }
  const lasting = all.some(({ kept }) => kept.some((one) => one.how !== 'helper' && one.client !== 'containerd'));
  if (lasting) {
    const command = commandLine(loginCommand, run, { options: ['--install-helper'] });
    lines.push(...hang('', `To have clients ask for tokens themselves: ${command}`, columns, paint.dim), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
