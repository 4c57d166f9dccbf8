// Reads a lifecycle policy from a file.
// It must not know what is done with it, nor what a policy is.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { type LifecyclePolicy, readPolicyText } from '../lifecycle/index.js';
import { systemReason } from './errors.js';

/** A policy that ECR would take, be it by itself or in what the AWS CLI prints. */
export function readPolicyFile(file: string, cwd: string): LifecyclePolicy {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    return fail('cli/cannot-read', `cannot read ${file}: ${systemReason(error)}`, { cause: error });
  }
  return readPolicyText(text);
}
