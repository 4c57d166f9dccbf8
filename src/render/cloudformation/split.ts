// Puts repositories into stacks, since a template takes so many resources and no more. Who is where depends on the name of the repository
// and on nothing else, until a stack is full: then half of what is in it moves out, and nothing of the others.
// It must not know what a repository is.
import { createHash } from 'node:crypto';

/** One stack: `''` for the first, else what its name ends in. */
export interface Share<T> {
  readonly suffix: string;
  readonly members: readonly T[];
}

/** What a template takes (CloudFormation user guide, "Quotas"): resources, and bytes of its body, with room for what stands around them. */
export const templateLimits = { resources: 500, bytes: 950_000, outputs: 200, inlineBytes: 51_200 } as const;

interface Sized<T> {
  readonly bits: string;
  readonly bytes: number;
  readonly member: T;
}

/** Members stay in order. One that is too large for any stack has one of its own. */
export function split<T>(
  members: readonly T[],
  {
    name,
    bytes,
    most,
  }: { readonly name: (member: T) => string; readonly bytes: (member: T) => number; readonly most: number },
): readonly Share<T>[] {
  const sized = members.map((member) => ({ bits: bitsOf(name(member)), bytes: bytes(member), member }));
  return shares(sized, '', most).sort((one, other) => (one.suffix < other.suffix ? -1 : 1));
}

function shares<T>(members: readonly Sized<T>[], prefix: string, most: number): Share<T>[] {
  if (members.length === 0) return [];
  const total = members.reduce((sum, { bytes }) => sum + bytes, 0);
  const fits = members.length <= Math.min(most, templateLimits.resources) && total <= templateLimits.bytes;
  if (fits || members.length === 1 || prefix.length === hashBits) {
    // The half that stays keeps the name of the whole.
    return [{ suffix: prefix.replace(/0+$/, ''), members: members.map(({ member }) => member) }];
  }
  return ['0', '1'].flatMap((bit) => {
    const next = `${prefix}${bit}`;
    return shares(
      members.filter(({ bits }) => bits.startsWith(next)),
      next,
      most,
    );
  });
}

const hashBits = 64;

function bitsOf(name: string): string {
  const bytes = createHash('sha256')
    .update(name)
    .digest()
    .subarray(0, hashBits / 8);
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}
