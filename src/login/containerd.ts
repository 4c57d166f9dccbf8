// The hosts.toml of a registry, by which containerd sends a login along. It is for as long as the token lives; nothing renews it.
// It must not know tokens, or how they are got.
import { join } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { type ChangeOptions, changeFile } from './files.js';
import type { Credential } from './model.js';

/** Where containerd's CRI plugin and `nerdctl` look (containerd, docs/hosts.md). */
export const usualHostsFolder = '/etc/containerd/certs.d';

const mark = '# Written by `slipway login`, which replaces it whole.';

const quoted = (text: string): string => JSON.stringify(text);

export function hostsToml(url: string, credential: Credential): string {
  const token = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  return [
    mark,
    `# The token in it ends at ${new Date(credential.expiresAt).toISOString()}.`,
    `server = ${quoted(url)}`,
    '',
    `[host.${quoted(url)}]`,
    '  capabilities = ["pull", "resolve", "push"]',
    `  [host.${quoted(url)}.header]`,
    `    authorization = ${quoted(`Basic ${token}`)}`,
    '',
  ].join('\n');
}

/** The file that was written. Throws `login/foreign-file` and what files throw. */
export async function keepForContainerd(
  folder: string,
  /** With its scheme. */
  url: string,
  credential: Credential,
  options: ChangeOptions,
): Promise<string> {
  const host = url.replace(/^https?:\/\//, '');
  const file = join(folder, host, 'hosts.toml');
  await changeFile(
    file,
    (text) => {
      if (text !== undefined && !text.startsWith(mark))
        fail('login/foreign-file', `${file} was not written by slipway login`);
      return hostsToml(url, credential);
    },
    options,
  );
  return file;
}
