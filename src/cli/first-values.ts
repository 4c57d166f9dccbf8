// What a new manifest takes for names, accounts and Regions, so that a slip is found before anything is written.
// It must not know which command asks.
import { basename } from 'node:path';
import { fail } from '../diagnostics/index.js';

/** How each is written. */
export const forms = {
  name: {
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    wants: 'a project name has small letters, digits and hyphens, at most 63',
  },
  environment: {
    pattern: /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/,
    wants: 'an environment name has small letters, digits and hyphens, at most 32',
  },
  account: { pattern: /^\d{12}$/, wants: 'an account id has twelve digits' },
  region: { pattern: /^[a-z]{2,}(?:-[a-z]+)+-\d+$/, wants: 'a Region looks like eu-west-1' },
  repository: {
    pattern: /^[a-z0-9]+(?:(?:[._-]|__|[-]+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._-]|__|[-]+)[a-z0-9]+)*)*$/,
    wants: 'a repository name has small letters and digits, with ., _, - or / between them',
  },
} as const;

/** Why the value will not do; `undefined` where it will. */
export function complaint(kind: keyof typeof forms, value: string): string | undefined {
  return forms[kind].pattern.test(value) ? undefined : forms[kind].wants;
}

/** The value, or the failure that names the flag it came from. */
export function checked(kind: keyof typeof forms, value: string, flag: string): string {
  const wants = complaint(kind, value);
  if (wants !== undefined) fail('cli/bad-name', `"${value}" will not do for ${flag}`, { mend: wants });
  return value;
}

/** What a project in this folder is called unless it is said: the folder's name, made to fit. */
export function nameFrom(folder: string): string {
  const fitting = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
  return fitting === '' ? 'project' : fitting;
}
