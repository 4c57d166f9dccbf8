// Values that stacks make, as far as they are made.
// It must not know how a stack is read or made.
import { isKnown, type StackKind, type Value } from '../../registry/companions/model.js';
import type { Encryption } from '../../registry/index.js';

/** The outputs of stacks, by their kind; a stack that is not there has none. */
export type StackOutputs = ReadonlyMap<StackKind, Readonly<Record<string, string>>>;

/** The value itself where its stack has made it; else what it was. */
export function resolved(value: Value, outputs: StackOutputs): Value {
  return isKnown(value) ? value : (outputs.get(value.stack)?.[value.output] ?? value);
}

export function resolvedEncryption({ type, kmsKey }: Encryption<Value>, outputs: StackOutputs): Encryption<Value> {
  return kmsKey === undefined ? { type } : { type, kmsKey: resolved(kmsKey, outputs) };
}

/** `undefined` where the key has yet to be made. */
export function knownEncryption(encryption: Encryption<Value>, outputs: StackOutputs): Encryption | undefined {
  const { type, kmsKey } = resolvedEncryption(encryption, outputs);
  if (kmsKey === undefined) return { type };
  return isKnown(kmsKey) ? { type, kmsKey } : undefined;
}
