// The layers of one repository in one environment, weakest first.
// It must not know how they are merged.

import { camelCase } from './field-names.js';
import type { ProjectParts, Shared, Stated } from './parts.js';
import { plantonDefaults } from './planton.js';
import { builtIn, builtInTags, presets } from './presets.js';
import type { Layer, LayerKind, Origin, SpecLayer } from './project.js';
import { mapOf } from './stated.js';
import { locate, rangeOf } from './tree.js';

/** A layer that remembers the origins it has been asked for: most are shared by many repositories. */
export class StatedLayer implements Layer {
  readonly kind: LayerKind;
  readonly label: string;
  readonly values: SpecLayer;
  readonly #stated: Stated;
  readonly #origins = new Map<string, Origin>();

  constructor(kind: LayerKind, label: string, stated: Stated) {
    this.kind = kind;
    this.label = label;
    this.values = stated.values;
    this.#stated = stated;
  }

  locate(path: string): Origin['range'] {
    const { tree } = this.#stated;
    if (tree === undefined) return undefined;
    // Planton's documents may write snake_case.
    return locate(tree, path, (key, wanted) => camelCase(key) === wanted) ?? rangeOf(tree);
  }

  origin(path: string): Origin {
    const known = this.#origins.get(path);
    if (known !== undefined) return known;
    const range = this.locate(path);
    const made: Origin = { layer: this.kind, label: this.label, ...(range === undefined ? {} : { range }) };
    this.#origins.set(path, made);
    return made;
  }
}

interface Bases {
  readonly slipway: readonly StatedLayer[];
  readonly planton: readonly StatedLayer[];
}

const bases = new WeakMap<ProjectParts, Map<string, Bases>>();
const own = new WeakMap<Stated, StatedLayer>();

function layerOf(kind: LayerKind, label: string, stated: Stated): StatedLayer {
  const known = own.get(stated);
  if (known !== undefined) return known;
  const made = new StatedLayer(kind, label, stated);
  own.set(stated, made);
  return made;
}

function shared(kind: LayerKind, label: string, from: Shared | undefined): StatedLayer[] {
  const layers: StatedLayer[] = [];
  if (from?.common !== undefined) layers.push(layerOf(kind, label, from.common));
  if (from?.repositoryDefaults !== undefined)
    layers.push(layerOf(kind, `${label}, repositoryDefaults`, from.repositoryDefaults));
  return layers;
}

/** What all repositories of an environment have in common. */
function basesOf(parts: ProjectParts, name: string): Bases {
  const known = bases.get(parts)?.get(name);
  if (known !== undefined) return known;
  const environment = parts.environments.get(name);
  const preset = environment?.environment.preset;
  const silent = (values: SpecLayer): Stated => ({ values, tree: undefined });
  const rest = [
    ...(preset === undefined ? [] : [new StatedLayer('preset', `preset ${preset}`, silent(presets[preset]))]),
    ...shared('project', 'project', parts),
    ...shared('set', '--set', parts.set),
    ...shared('environment', `environment ${name}`, environment),
    ...shared('set', '--set', parts.set?.environments.get(name)),
  ];
  // What a repository says of its own wins over it.
  const protection =
    environment?.protection === undefined
      ? []
      : [new StatedLayer('built-in', 'declared usage', environment.protection)];
  const tags = new StatedLayer('built-in', 'built in', silent(builtInTags(name)));
  const ours = new StatedLayer('built-in', 'built in', silent(builtIn));
  const made: Bases = {
    slipway: [ours, tags, ...protection, ...rest],
    // A preset that is named says what Planton's manifests leave open; without one, Planton does.
    planton: [
      preset === undefined ? new StatedLayer('planton', "Planton's default", silent(plantonDefaults)) : ours,
      tags,
      // A policy that Planton leaves to others stays theirs.
      ...(preset === undefined ? [] : protection),
      ...rest,
    ],
  };
  const ofParts = bases.get(parts) ?? new Map<string, Bases>();
  ofParts.set(name, made);
  bases.set(parts, ofParts);
  return made;
}

/** What all repositories of an environment are tagged with, but for `Repository` and Slipway's own. */
export function tagsOf(parts: ProjectParts, environment: string): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const { values } of basesOf(parts, environment).slipway) {
    for (const [key, value] of Object.entries(mapOf(values['tags']))) {
      if (typeof value === 'string') tags[key] = value;
      else delete tags[key];
    }
  }
  return tags;
}

/** All layers but the tag `Repository`, which needs the name that they decide. */
export function layersBesidesName(parts: ProjectParts, key: string, environment: string): StatedLayer[] {
  const repository = parts.repositories.get(key);
  if (repository === undefined) return [];
  const base = basesOf(parts, environment);
  const layers = [...(repository.repository.dialect === 'planton' ? base.planton : base.slipway)];
  layers.push(layerOf('repository', `repository ${key}`, repository.stated));
  const override = parts.environments.get(environment)?.overrides.get(key);
  if (override !== undefined) layers.push(layerOf('override', `environment ${environment}, ${key}`, override));
  const set = parts.set?.repositories.get(key);
  if (set !== undefined) layers.push(layerOf('set', '--set', set));
  const setHere = parts.set?.environments.get(environment)?.overrides.get(key);
  if (setHere !== undefined) layers.push(layerOf('set', '--set', setHere));
  return layers;
}

/** The repository's name in ECR, and where it comes from. */
export function nameOf(
  parts: ProjectParts,
  key: string,
  environment: string,
  layers: readonly StatedLayer[],
): { name: string; origin: Origin } {
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const name = layer?.values['repositoryName'];
    if (layer !== undefined && typeof name === 'string') return { name, origin: layer.origin('repositoryName') };
    // Unset on purpose: `naming` makes the name.
    if (name === null) break;
  }
  const { pattern, entry } = parts.naming;
  const words: Readonly<Record<string, string>> = {
    name: key,
    project: parts.name,
    org: parts.org ?? '',
    env: environment,
  };
  const name = pattern.replace(/\{(\w+)\}/g, (all, word: string) => words[word] ?? all);
  if (entry === undefined) return { name, origin: { layer: 'built-in', label: `naming ${pattern}` } };
  const kind = entry.keyPlace.source.file === '--set' ? 'set' : 'project';
  return { name, origin: { layer: kind, label: `naming ${pattern}`, range: rangeOf(entry.value) } };
}

/** All layers, weakest first. */
export function layersOf(
  parts: ProjectParts,
  key: string,
  environment: string,
): { layers: readonly StatedLayer[]; name: string; nameOrigin: Origin } {
  const layers = layersBesidesName(parts, key, environment);
  const { name, origin } = nameOf(parts, key, environment, layers);
  layers.splice(
    2,
    0,
    new StatedLayer('built-in', 'built in', { values: { tags: { Repository: name } }, tree: undefined }),
  );
  return { layers, name, nameOrigin: origin };
}
