// What is live beside what is wanted, where a template has to know.
// It must not know templates.
import { isKnown } from '../../registry/companions/model.js';
import {
  compareEncryption,
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRepository,
} from '../../registry/index.js';
import type { LiveRegistry } from '../model.js';

/** Whether CloudFormation would replace the repository. A key that no stack has made yet is none that it can have. */
export function hasOtherEncryption(
  { encryption: { type, kmsKey } }: DesiredRepository,
  found: ObservedRepository,
  { companions }: DesiredRegistry,
  live: LiveRegistry | undefined,
): boolean {
  if (kmsKey === undefined || isKnown(kmsKey)) {
    const wanted = kmsKey === undefined ? { type } : { type, kmsKey };
    return compareEncryption(wanted, found.encryption) === 'different';
  }
  const stack = companions.find(({ kind }) => kind === kmsKey.stack);
  const made = stack === undefined ? undefined : live?.stacks.get(stack.name)?.[kmsKey.output];
  return made === undefined || compareEncryption({ type, kmsKey: made }, found.encryption) === 'different';
}
