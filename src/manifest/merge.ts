// Layers in, effective settings out: maps merge, lists replace, `null` unsets; every path keeps its origin.
// It must not know documents, names or environments.
import type { StatedLayer } from './layers.js';
import type { EffectiveSpec, Json, LifecycleSpec, Origin } from './project.js';

/** Fields that are maps, whose entries merge. */
const maps = new Set(['lifecyclePolicy', 'access', 'tags']);
/** A repository always has these: unset, they fall back to the weakest layer, which states them all. */
const always = new Set(['imageImmutable', 'encryptionType', 'forceDelete', 'scanOnPush']);
/** Fields of a spec that are no settings. */
const notSettings = new Set(['repositoryName', 'environments', 'region']);

export interface Merged {
  /** By dotted path; the entries of maps have one each. */
  readonly values: ReadonlyMap<string, Json>;
  readonly origins: ReadonlyMap<string, Origin>;
  /** The number of the layer that each value comes from. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Whether any layer speaks of the lifecycle policy, and none unsets it. */
  readonly lifecycle: boolean;
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Merger {
  readonly values = new Map<string, Json>();
  readonly origins = new Map<string, Origin>();
  readonly ranks = new Map<string, number>();
  lifecycle = false;

  /** `cause` is the path that decides, where it is another. */
  put(path: string, value: Json, layer: StatedLayer, rank: number, cause = path): void {
    if (value === null) this.values.delete(path);
    else this.values.set(path, value);
    // What unset a value is its origin too.
    this.origins.set(path, layer.origin(cause));
    this.ranks.set(path, rank);
  }

  drop(matches: (path: string) => boolean): void {
    for (const path of this.origins.keys()) {
      if (!matches(path)) continue;
      this.values.delete(path);
      this.origins.delete(path);
      this.ranks.delete(path);
    }
  }
}

const lifecyclePrefix = 'lifecyclePolicy.';
const capPath = 'lifecyclePolicy.maxImageCount';

/** A strong layer that says `none` or `rules` replaces what weaker ones say, and the reverse. */
function replaceLifecycle(merger: Merger, said: { readonly [key: string]: Json }, noneCounts: boolean): void {
  const none = noneCounts && said['none'] === true;
  const rules = Array.isArray(said['rules']);
  if (none || rules) {
    merger.drop((path) => path.startsWith(lifecyclePrefix));
    return;
  }
  const intent = ['expireUntaggedAfterDays', 'maxImageCount', 'keep', 'archive', 'protectInUse'].some(
    (field) => said[field] !== undefined && said[field] !== null,
  );
  if (intent) merger.drop((path) => path === 'lifecyclePolicy.rules' || path === 'lifecyclePolicy.none');
}

/** The last word on `none`: where it is false, no weaker layer's `none: true` has taken anything away. */
function noneStands(layers: readonly StatedLayer[]): boolean {
  for (let index = layers.length - 1; index >= 0; index--) {
    const policy = layers[index]?.values['lifecyclePolicy'];
    if (isMap(policy) && typeof policy['none'] === 'boolean') return policy['none'];
  }
  return true;
}

/**
 * Whether the last word on `archive` is one: then the cap of weaker layers gives way to it, since ECR lets only one of the
 * two act. Where a stronger layer unsets it, the cap holds as before.
 */
function archiveStands(layers: readonly StatedLayer[]): boolean {
  const said = layers.map((layer) => layer.values['lifecyclePolicy']).filter(isMap);
  return isMap(said.findLast((policy) => policy['archive'] !== undefined)?.['archive']);
}

export function mergeLayers(layers: readonly StatedLayer[]): Merged {
  const merger = new Merger();
  const noneCounts = noneStands(layers);
  const archives = archiveStands(layers);
  for (const [rank, layer] of layers.entries()) {
    for (const [field, value] of Object.entries(layer.values)) {
      if (notSettings.has(field)) continue;
      if (!maps.has(field)) {
        const weakest = value === null && always.has(field) ? layers[0] : undefined;
        const fallback = weakest?.values[field];
        if (weakest !== undefined && fallback !== undefined) merger.put(field, fallback, weakest, 0);
        else merger.put(field, value, layer, rank);
        continue;
      }
      if (value === null) merger.drop((path) => path.startsWith(`${field}.`));
      if (field === 'lifecyclePolicy') merger.lifecycle = value !== null;
      if (!isMap(value)) continue;
      if (field === 'lifecyclePolicy') replaceLifecycle(merger, value, noneCounts);
      if (field === 'lifecyclePolicy' && archives && isMap(value['archive']) && merger.values.has(capPath))
        merger.put(capPath, null, layer, rank, 'lifecyclePolicy.archive');
      for (const [name, one] of Object.entries(value)) {
        if (name === 'none' && field === 'lifecyclePolicy' && (one !== true || !noneCounts)) continue;
        merger.put(`${field}.${name}`, one, layer, rank);
      }
    }
  }
  return merger;
}

function under(merged: Merged, field: string): { [name: string]: Json } {
  const found: { [name: string]: Json } = {};
  for (const [path, value] of merged.values)
    if (path.startsWith(`${field}.`)) found[path.slice(field.length + 1)] = value;
  return found;
}

/** Within a value that replaces weaker ones as a whole, `null` is nothing said. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  const said = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(said.map(([name, one]) => [name, withoutNulls(one)]));
}

/** A key is a string in Planton's documents and a message in ours; those of Slipway's own are known by name. */
function keyOf(key: Json): NonNullable<EffectiveSpec['kmsKeyId']> {
  if (isMap(key) && key['companion'] === 'key') return { companion: 'key' };
  const id = isMap(key) ? key['id'] : key;
  return typeof id === 'string' ? id : '';
}

function accessOf(said: { readonly [name: string]: Json }): EffectiveSpec['access'] {
  const list = (name: string): readonly Json[] => {
    const value = withoutNulls(said[name] ?? []);
    return Array.isArray(value) ? value : [];
  };
  const grantees = (name: string) => list(name) as unknown as EffectiveSpec['access']['pull'];
  const consent = said['allowBroadTrust'];
  return {
    pull: grantees('pull'),
    push: grantees('push'),
    pullAndPush: grantees('pullAndPush'),
    read: grantees('read'),
    manage: grantees('manage'),
    grants: list('grants') as unknown as EffectiveSpec['access']['grants'],
    ...(isMap(consent) && typeof consent['reason'] === 'string'
      ? { allowBroadTrust: { reason: consent['reason'] } }
      : {}),
    statements: list('statements') as unknown as EffectiveSpec['access']['statements'],
  };
}

/** The typed settings. The walker has checked every value, so shapes are known here. */
export function effectiveOf(merged: Merged): EffectiveSpec {
  const immutable = merged.values.get('imageImmutable') === true;
  const list = (path: string): readonly Json[] => (merged.values.get(path) as readonly Json[] | undefined) ?? [];
  const type = merged.values.get('encryptionType') as EffectiveSpec['encryptionType'];
  const key = merged.values.get('kmsKeyId');
  const tags = under(merged, 'tags') as Record<string, string>;
  const sorted = Object.fromEntries(
    Object.keys(tags)
      .sort()
      .map((name) => [name, tags[name] ?? '']),
  );
  return {
    imageImmutable: immutable,
    // Exceptions from what does not hold are none.
    mutableTagPatterns: immutable ? (list('mutableTagPatterns') as readonly string[]) : [],
    immutableTagPatterns: immutable ? [] : (list('immutableTagPatterns') as readonly string[]),
    encryptionType: type,
    ...(key === undefined || type === 'AES256' ? {} : { kmsKeyId: keyOf(key) }),
    forceDelete: merged.values.get('forceDelete') === true,
    scanOnPush: merged.values.get('scanOnPush') === true,
    ...(merged.lifecycle ? { lifecyclePolicy: withoutNulls(under(merged, 'lifecyclePolicy')) as LifecycleSpec } : {}),
    access: accessOf(under(merged, 'access')),
    tags: sorted,
  };
}
