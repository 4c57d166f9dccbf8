// Reads the parameters of AWS's query protocol: `Tags.member.1.Key=Team` becomes lists and structures of texts.
// It must not know any service, nor what an operation expects.
import { utf8 } from '../wire/body.js';

/** A text, a list or a structure of them. */
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };

export interface Form {
  readonly action: string | undefined;
  readonly version: string | undefined;
  readonly input: Readonly<Record<string, FormValue>>;
}

/** Parameters of one call; IAM's and CloudFormation's largest have far fewer. */
const most = 10_000;
/** Names one within another; CloudFormation's deepest have five. */
const deepest = 32;

/** A name with what stands below it. */
interface Branch {
  text?: string;
  readonly below: Map<string, Branch>;
}

function branch(): Branch {
  return { below: new Map() };
}

function textOf(form: Branch, name: string): string | undefined {
  return form.below.get(name)?.text;
}

/** The number of a list's member, or nothing where the name is another's. */
function position(name: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(name) ? Number(name) : undefined;
}

/** `member` with numbers below it, and nothing beside it, is a list; gaps in the numbers close. */
function listOf({ below }: Branch): readonly FormValue[] | undefined {
  const members = below.size === 1 ? below.get('member')?.below : undefined;
  if (members === undefined || members.size === 0) return undefined;
  const numbered = [...members].map(([name, one]) => [position(name), one] as const);
  if (numbered.some(([number]) => number === undefined)) return undefined;
  return numbered.sort(([one = 0], [other = 0]) => one - other).map(([, one]) => valueOf(one));
}

function structureOf({ below }: Branch): Record<string, FormValue> {
  // Own members whatever their names, `__proto__` among them.
  return Object.fromEntries([...below].map(([name, one]) => [name, valueOf(one)]));
}

/** A text beside members (`Tags=` is how an empty list is sent) gives way to them. */
function valueOf(one: Branch): FormValue {
  return one.below.size === 0 ? (one.text ?? '') : (listOf(one) ?? structureOf(one));
}

function treeOf(parameters: URLSearchParams): Branch | undefined {
  const root = branch();
  let count = 0;
  for (const [name, text] of parameters) {
    const path = name.split('.');
    if (++count > most || path.length > deepest) return undefined;
    let at = root;
    for (const step of path) {
      const next = at.below.get(step) ?? branch();
      at.below.set(step, next);
      at = next;
    }
    at.text ??= text;
  }
  return root;
}

/**
 * A form's body, or an address's query, as `application/x-www-form-urlencoded` has it. Of a name that comes twice the first counts.
 * Nothing where it is no UTF-8, or larger than any call is.
 */
export function readForm(text: Buffer | string): Form | undefined {
  const decoded = typeof text === 'string' ? text : utf8(text);
  const tree = decoded === undefined ? undefined : treeOf(new URLSearchParams(decoded));
  if (tree === undefined) return undefined;
  const { Action: _, Version: __, ...input } = structureOf(tree);
  return { action: textOf(tree, 'Action'), version: textOf(tree, 'Version'), input };
}
