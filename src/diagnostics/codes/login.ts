// The diagnostics of the room `login`.
import { type Definition, defineCodes } from '../definition.js';

function row(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const loginCodes = defineCodes({
  'login/not-a-registry': row(
    'not a registry of ECR',
    'The address is neither that of an ECR registry nor that of a local ECR on this machine.',
    'give ACCOUNT.dkr.ecr.REGION.amazonaws.com or localhost:PORT, with or without the name of a repository',
  ),
  'login/no-local-ecr': row(
    'no local ECR there',
    "Nothing listens on the port that the registry's address names, or something that is no local ECR.",
    'start one with `slipway local start`',
  ),
  'login/no-region': row(
    'no Region',
    "Outside a project the account's own registry is logged in to, and nothing says in which Region.",
    'name a registry with --registry, or set AWS_REGION',
  ),
  'login/not-renewed': {
    severity: 'warning',
    fault: 'user',
    title: 'an older token was used',
    meaning: 'AWS could not be asked for a new token. The one that was kept from before is still valid, and is used.',
    mend: 'nothing has to be done before it ends; log in again later',
  },
  'login/no-token': row(
    'an answer without a token',
    'GetAuthorizationToken was answered with something that is no token. Credentials that were kept before are left as they are.',
    'check AWS_ENDPOINT_URL, or ask again',
  ),
  'login/several-registries': row(
    'more than one password',
    'A password is printed for one registry, and the environment has several.',
    'name one with --registry',
  ),
  'login/file-broken': row(
    'a credentials file that is no JSON',
    'The file that the container client keeps its credentials in cannot be read as it reads it, so nothing was written to it.',
    'mend the file at the place that is shown, or move it away',
  ),
  'login/cannot-write': row(
    'a credentials file that cannot be changed',
    'The operating system refused it. What was in the file is still there.',
    'check the path and its permissions',
  ),
  'login/locked': row(
    'a credentials file that others keep changing',
    'Another process holds the file or changes it all the time, so that nothing could be written safely.',
    'run the command again',
  ),
  'login/store-missing': row(
    'a credential store that is not installed',
    "The client's configuration names a credential helper (`credsStore` or `credHelpers`) that is not on the PATH.",
    'install the helper, or take its name out of the file',
  ),
  'login/store-failed': row(
    'a credential store that refuses',
    "The credential helper that the client's configuration names could not keep the credentials.",
    'read what it says; or take its name out of the file, and credentials are kept in the file itself',
  ),
  'login/foreign-file': row(
    'a file that Slipway did not write',
    'hosts.toml is there already and was written by somebody else. It is not overwritten.',
    'move it away, or choose another folder with --hosts-dir',
  ),
  'login/helper-not-found': row(
    'docker-credential-slipway is not on the PATH',
    'Clients look for the helper on the PATH; without it they could not pull from these registries at all, so nothing was written.',
    'install Slipway with `npm install --global`, or link its docker-credential-slipway into a folder of the PATH',
  ),
});
