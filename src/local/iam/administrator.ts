// The administrator that every account of the local cloud has from the start: the user `local`, who may do everything. In strict mode
// its access keys follow from a secret of the data folder, one for each account, so that none has to be made first.
// It must not know where the secret is kept, or how requests are signed.
import { createHmac } from 'node:crypto';

export const administratorName = 'local';

export interface KeyPair {
  readonly id: string;
  readonly secret: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Ids of AWS hold their account in base32 too. */
function encodeAccount(account: string): string {
  let rest = Number(account);
  let text = '';
  for (let place = 0; place < 8; place += 1) {
    text = (alphabet[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function decodeAccount(text: string): string {
  const number = Array.from(text).reduce((sum, letter) => sum * 32 + alphabet.indexOf(letter), 0);
  return String(number).padStart(12, '0');
}

/** The keys of an account's administrator. */
export function administratorKey(secret: Buffer, account: string): KeyPair {
  const mac = (what: string): Buffer => createHmac('sha256', secret).update(`${what} ${account}`).digest();
  const letters = Array.from(mac('access key id').subarray(0, 8), (byte) => alphabet[byte % 32]).join('');
  return {
    id: `AKIA${encodeAccount(account)}${letters}`,
    secret: mac('secret access key').toString('base64').slice(0, 40),
  };
}

/** The account whose administrator has this id, and the key's secret. */
export function administratorOf(
  secret: Buffer,
  id: string,
): { readonly account: string; readonly secret: string } | undefined {
  if (!/^AKIA[A-Z2-7]{16}$/.test(id)) return undefined;
  const account = decodeAccount(id.slice(4, 12));
  if (account.length !== 12) return undefined;
  const key = administratorKey(secret, account);
  return key.id === id ? { account, secret: key.secret } : undefined;
}
