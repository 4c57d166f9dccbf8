// Policies compiled for the evaluator, each text once.
// It must not know who has a policy.
import { type CompiledPolicy, compilePolicy, type PolicyKind } from '../../access/index.js';

/** Policies in use at one time on one machine are far fewer. */
const remembered = 1000;
const known = new Map<string, CompiledPolicy>();

/** Pure in its three texts, so that one memory serves every server of a process. */
export function compiled(kind: PolicyKind, name: string, text: string): CompiledPolicy {
  const key = `${kind}\n${name}\n${text}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = compilePolicy(kind, name, text);
  const [oldest] = known.keys();
  if (known.size >= remembered && oldest !== undefined) known.delete(oldest);
  known.set(key, made);
  return made;
}
