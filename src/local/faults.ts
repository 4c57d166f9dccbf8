// The fault switch: which calls of a test run are to be throttled, denied, delayed or cut off.
// It must not know HTTP, or how a fault is carried out.
import { diagnostic, SlipwayError } from '../diagnostics/index.js';

export const faultKinds = ['throttle', 'server-error', 'latency', 'drop', 'drop-after', 'deny'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One rule. A call is met by every rule of its operation; the first that does more than delay it decides. */
export interface FaultRule {
  /** `PutLifecyclePolicy`, or `*` for all. */
  readonly operation: string;
  /** `drop` cuts the connection before any work, `drop-after` does the work and then cuts it. */
  readonly kind: FaultKind;
  /** Lets this many calls pass first. */
  readonly after?: number;
  /** Then each n-th call; 1 where it is left out. */
  readonly every?: number;
  /** Then this share of those, 0 to 1. */
  readonly probability?: number;
  /** Of the numbers behind `probability`: the same seed, the same calls. */
  readonly seed?: number;
  /** Ends after so many hits. */
  readonly times?: number;
  /** The delay of `latency`. */
  readonly milliseconds?: number;
}

export interface FaultEffect {
  readonly delay: number;
  readonly kind: Exclude<FaultKind, 'latency'> | undefined;
}

const numbers = {
  after: { min: 0, max: 1e9, whole: true },
  every: { min: 1, max: 1e9, whole: true },
  probability: { min: 0, max: 1, whole: false },
  seed: { min: 0, max: 0xffff_ffff, whole: true },
  times: { min: 0, max: 1e9, whole: true },
  milliseconds: { min: 0, max: 600_000, whole: false },
} as const;

function problem(rule: unknown): string | undefined {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return 'is not an object';
  for (const [name, value] of Object.entries(rule)) {
    if (name === 'operation') {
      if (typeof value !== 'string' || !/^(\*|[A-Za-z0-9]{1,100})$/.test(value))
        return 'has an operation that is no name';
    } else if (name === 'kind') {
      if (!(faultKinds as readonly unknown[]).includes(value)) {
        return `has kind ${JSON.stringify(value)}, which is none of ${faultKinds.join(', ')}`;
      }
    } else {
      const range = Object.hasOwn(numbers, name) ? numbers[name as keyof typeof numbers] : undefined;
      if (range === undefined) return `has an unknown member '${name}'`;
      const fits = typeof value === 'number' && value >= range.min && value <= range.max;
      if (!fits || (range.whole && !Number.isInteger(value))) {
        return `has ${name} ${JSON.stringify(value)}, which is no ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`;
      }
    }
  }
  for (const name of ['operation', 'kind']) if (!Object.hasOwn(rule, name)) return `has no ${name}`;
  const { kind, milliseconds } = rule as FaultRule;
  return kind === 'latency' && milliseconds === undefined ? 'has no milliseconds, which latency needs' : undefined;
}

/** Checks a list that came from outside; throws `local/bad-fault`. */
export function faultRules(list: unknown): readonly FaultRule[] {
  if (!Array.isArray(list)) throw new SlipwayError(diagnostic('local/bad-fault', 'faults must be a list'));
  for (const [index, rule] of list.entries()) {
    const found = problem(rule);
    if (found !== undefined) throw new SlipwayError(diagnostic('local/bad-fault', `fault ${index + 1} ${found}`));
  }
  return list.map((rule: FaultRule) => ({ ...rule }));
}

/** Numbers in [0, 1) that a seed fixes (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export class Faults {
  #rules: { readonly rule: FaultRule; readonly next: () => number; calls: number; hits: number }[] = [];

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, next: random(rule.seed ?? 1), calls: 0, hits: 0 }));
  }

  clear(): void {
    this.#rules = [];
  }

  /** What befalls the next call of an operation; counts it. */
  meet(operation: string): FaultEffect {
    let delay = 0;
    let kind: FaultEffect['kind'];
    for (const state of this.#rules) {
      const { rule } = state;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      state.calls += 1;
      const position = state.calls - (rule.after ?? 0);
      if (position < 1 || position % (rule.every ?? 1) !== 0) continue;
      if (rule.times !== undefined && state.hits >= rule.times) continue;
      if (rule.probability !== undefined && state.next() >= rule.probability) continue;
      // A rule that another one has forestalled has not hit.
      if (rule.kind === 'latency') delay += rule.milliseconds ?? 0;
      else if (kind === undefined) kind = rule.kind;
      else continue;
      state.hits += 1;
    }
    return { delay, kind };
  }
}
