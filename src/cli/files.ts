// The files that people give instead of a registry: images as the AWS CLI prints them, and a lifecycle policy.
// It must not know which command they are for.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parsePolicy } from '../access/index.js';
import {
  type Diagnostic,
  fail,
  isSlipwayError,
  pathOfOffset,
  placed,
  readJson,
  SlipwayError,
} from '../diagnostics/index.js';
import { type Image, lifecycleText, readDescribedImages, readPolicyText } from '../lifecycle/index.js';
import { type IamPrincipal, readAuthorizationDetails } from '../plan/index.js';
import { systemReason } from './errors.js';
import { shownPath } from './print/diagnostics.js';
import type { Services } from './services.js';

export interface ImagesFile {
  readonly images: readonly Image[];
  readonly warnings: readonly Diagnostic[];
  /** Of the repository and its account, as the entries tell; a stand-in where they do not. */
  readonly name: string;
  readonly account: string;
}

/** What `aws ecr describe-images --output json` has printed. */
export function readImagesFile(file: string, services: Services): ImagesFile {
  return readFrom(file, services, (text) => ({ ...readDescribedImages(text), ...whoseIn(text) }));
}

/** The canonical text of a lifecycle policy, or of the answer of GetLifecyclePolicy around it. */
export function readPolicyFile(file: string, services: Services): string {
  return readFrom(file, services, (text) => lifecycleText(readPolicyText(text)));
}

/** The text of a repository's policy, by itself or in what `aws ecr get-repository-policy` prints. */
export function readRepositoryPolicyFile(file: string, services: Services): string {
  const mend = 'give the policy, or what `aws ecr get-repository-policy` prints';
  return readFrom(file, services, (text) => {
    const refused = (problem: string, path: string) => fail('access/unreadable-policy', problem, { path, mend });
    const reading = readJson(text);
    if ('syntax' in reading)
      return refused(`it is no JSON: ${reading.syntax.message}`, pathOfOffset(reading.syntax.offset));
    const { value } = reading;
    if (typeof value !== 'object' || value === null || !('Statement' in value || 'policyText' in value))
      return refused('it is no policy: it has no Statement', '');
    const [policy, path] = 'policyText' in value ? [value.policyText, 'policyText'] : [text, 'Statement'];
    if (typeof policy !== 'string') return refused('policyText is not a text', path);
    try {
      parsePolicy(policy);
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      const diagnostics = error.diagnostics.map((one) => ({ ...one, path, mend }));
      throw new SlipwayError(diagnostics, { cause: error });
    }
    return policy;
  });
}

/** What `aws iam get-account-authorization-details --output json` has printed. */
export function readPrincipalsFile(file: string, services: Services): readonly IamPrincipal[] {
  return readFrom(file, services, readAuthorizationDetails);
}

/** The text of a file that the command line names. */
export function readText(file: string, { cwd }: Services): string {
  const path = resolve(cwd, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${shownPath(path, cwd)}: ${systemReason(error)}`, { cause: error });
  }
}

/** What is wrong is shown at its place in the file. */
function readFrom<T>(file: string, services: Services, read: (text: string) => T): T {
  const path = resolve(services.cwd, file);
  const text = readText(file, services);
  try {
    return read(text);
  } catch (error) {
    throw isSlipwayError(error) ? new SlipwayError(placed(error.diagnostics, text, path), { cause: error }) : error;
  }
}

function whoseIn(text: string): Pick<ImagesFile, 'name' | 'account'> {
  const [, name = 'images'] = /"repositoryName"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  const [, account = '000000000000'] = /"registryId"\s*:\s*"(\d{12})"/.exec(text) ?? [];
  return { name, account };
}
