// Checks what the layers come to: names, name collisions, encryption, tag counts, patterns without effect.
// It must not know documents beyond the places that layers remember.
import { type Diagnostic, type DiagnosticCode, diagnostic, type SourceRange } from '../diagnostics/index.js';
import { didYouMean, listed } from '../diagnostics/suggest.js';
import type { ProjectParts } from './parts.js';
import { maxTags, ownershipTags } from './presets.js';
import type { Origin, ProjectEnvironment } from './project.js';
import { type Resolution, resolutions } from './resolve.js';
import { quoted } from './rules.js';
import { mapOf, textOf } from './stated.js';
import { rangeOf } from './tree.js';

/** ECR API reference, CreateRepository, repositoryName. */
const legalName = /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const placeholders = ['name', 'project', 'org', 'env'];

type Report = (code: DiagnosticCode, message: string, range: SourceRange | undefined, mend?: string) => void;

/** Reports a thing once, however many environments it shows up in. */
function reporter(problems: Diagnostic[]): Report {
  const seen = new Set<string>();
  return (code, message, range, mend) => {
    const key = `${code} ${range?.file ?? ''}:${range?.line ?? 0}:${range?.column ?? 0} ${range === undefined ? message : ''}`;
    if (seen.has(key)) return;
    seen.add(key);
    problems.push(
      diagnostic(code, message, { ...(range === undefined ? {} : { range }), ...(mend === undefined ? {} : { mend }) }),
    );
  };
}

/** Whether names can be made of the pattern at all. */
function checkNaming(parts: ProjectParts, report: Report): boolean {
  const { pattern, entry } = parts.naming;
  const range = entry === undefined ? undefined : rangeOf(entry.value);
  let good = true;
  for (const [, word = ''] of pattern.matchAll(/\{([^{}]*)\}/g)) {
    if (!placeholders.includes(word)) {
      good = false;
      const all = listed(placeholders.map((one) => `{${one}}`));
      report(
        'manifest/bad-naming',
        `naming has the unknown placeholder "{${word}}"${didYouMean(word, placeholders)}`,
        range,
        `the placeholders are ${all}`,
      );
    } else if (word === 'org' && parts.org === undefined) {
      good = false;
      report('manifest/bad-naming', 'naming has {org}, but the project names no org', range, 'set metadata.org');
    }
  }
  if (/[{}]/.test(pattern.replace(/\{[^{}]*\}/g, ''))) {
    good = false;
    report('manifest/bad-naming', `naming ${quoted(pattern)} has a brace without its partner`, range);
  }
  return good;
}

function nameRange(one: Resolution): SourceRange {
  const origin = one.resolved.origins.get('repositoryName');
  // Where `naming` makes the name, the key is what one would change.
  return origin?.label.startsWith('naming ') === true
    ? rangeOf(one.parts.keyPlace)
    : (origin?.range ?? rangeOf(one.parts.keyPlace));
}

function checkName(one: Resolution, report: Report): boolean {
  const { name, key } = one.resolved;
  if (legalName.test(name)) return true;
  const mend = /[A-Z]/.test(name)
    ? 'use lower-case letters only'
    : name.length < 2 || name.length > 256
      ? `a name has 2 to 256 characters, and this one ${name.length}: change the key, \`naming\`, or set repositoryName`
      : undefined;
  const message =
    name === key
      ? `${quoted(name)} is not a name ECR takes`
      : `repository ${quoted(key)} would be named ${quoted(name)}, which ECR does not take`;
  report('manifest/bad-name', message, nameRange(one), mend);
  return false;
}

/** `companion`: it is made in the environment's own Region. A multi-Region key has one id everywhere (KMS developer guide). */
const keyOfAllRegions = /^(?:alias\/|mrk-|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/mrk-)/;

function checkEncryption(one: Resolution, { region, replicas = [] }: ProjectEnvironment, report: Report): void {
  const { values, ranks, origins } = one.merged;
  const key = values.get('kmsKeyId');
  const type = values.get('encryptionType');
  const rank = (path: string): number => ranks.get(path) ?? -1;
  if (type === 'KMS_DSSE' && !region.startsWith('us-gov-')) {
    report(
      'manifest/dsse-region',
      `ECR offers KMS_DSSE in GovCloud only, not in ${region}`,
      origins.get('encryptionType')?.range,
    );
  }
  if (key === undefined || key === null) return;
  const range = origins.get('kmsKeyId')?.range;
  if (type === 'AES256') {
    // A stronger layer that says AES256 turns a weaker layer's KMS off, key and all; in one place, it is reported already.
    if (rank('encryptionType') < rank('kmsKeyId')) {
      report('manifest/kms-key-without-kms', 'kmsKeyId is given, but encryptionType is AES256', range);
    }
    return;
  }
  const keyRegion = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):/.exec(textOf(key) ?? textOf(mapOf(key)['id']) ?? '')?.[1];
  if (keyRegion !== undefined && keyRegion !== region) {
    report('manifest/kms-key-region', `the KMS key is in ${keyRegion}, the repository in ${region}`, range);
  }
  const named = textOf(key) ?? textOf(mapOf(key)['id']);
  if (replicas.length === 0 || (named !== undefined && keyOfAllRegions.test(named))) return;
  const there = listed(replicas.map((replica) => replica.region));
  const which = named === undefined ? `the companion key is made in ${region}` : `the KMS key is in ${region}`;
  report('manifest/kms-key-in-replica', `${which}, and ${quoted(one.resolved.name)} is in ${there} as well`, range);
}

function checkTags(one: Resolution, environment: string, report: Report): void {
  const count = Object.keys(one.resolved.spec.tags).length;
  if (count <= maxTags - ownershipTags) return;
  const allowed = `AWS takes ${maxTags}, of which ${ownershipTags} say whose it is`;
  report(
    'manifest/too-many-tags',
    `repository ${quoted(one.resolved.key)} has ${count} tags in ${environment}; ${allowed}`,
    rangeOf(one.parts.keyPlace),
  );
}

/** Pattern lists that no repository in any environment uses. */
class UnusedPatterns {
  readonly #used = new Set<string>();
  readonly #said = new Map<string, { list: string; origin: Origin }>();

  add(one: Resolution): void {
    for (const list of ['mutableTagPatterns', 'immutableTagPatterns'] as const) {
      const value = one.merged.values.get(list);
      const origin = one.merged.origins.get(list);
      if (!Array.isArray(value) || value.length === 0 || origin?.range === undefined) continue;
      // Both in one place is a contradiction, which is reported already.
      if (one.merged.ranks.get(list) === one.merged.ranks.get('imageImmutable')) continue;
      const place = `${list} ${origin.range.file}:${origin.range.line}:${origin.range.column}`;
      this.#said.set(place, { list, origin });
      if (one.resolved.spec[list].length > 0) this.#used.add(place);
    }
  }

  report(report: Report): void {
    for (const [place, { list, origin }] of this.#said) {
      if (this.#used.has(place)) continue;
      const already = list === 'mutableTagPatterns' ? 'tags may be moved' : 'tags are immutable';
      const mend = `remove them, or set \`imageImmutable: ${list === 'mutableTagPatterns'}\``;
      report('manifest/tag-patterns-unused', `${list} have no effect: ${already} anyway`, origin.range, mend);
    }
  }
}

/** Two repositories that would be one in ECR: in the Regions of environments, and in those of their replicas. */
class Collisions {
  readonly #first = new Map<string, { environment: string; one: Resolution }>();
  readonly #between = new Map<string, { first: string; second: string; region: string; names: string[] }>();

  add(
    { name: environment, account, region, replicas = [] }: ProjectEnvironment,
    one: Resolution,
    report: Report,
  ): void {
    for (const place of [region, ...replicas.map((replica) => replica.region)])
      this.#add(`${account} ${place} ${one.resolved.name}`, place, environment, one, report);
  }

  #add(id: string, region: string, environment: string, one: Resolution, report: Report): void {
    const first = this.#first.get(id);
    if (first === undefined) this.#first.set(id, { environment, one });
    else if (first.environment === environment) {
      const keys = `repositories ${quoted(first.one.resolved.key)} and ${quoted(one.resolved.key)}`;
      const range = nameRange(one);
      report('manifest/name-collision', `${keys} are both named ${quoted(one.resolved.name)} in ${environment}`, range);
    } else {
      const pair = `${first.environment} ${environment}`;
      const known = this.#between.get(pair) ?? { first: first.environment, second: environment, region, names: [] };
      // One Region of several tells enough.
      if (known.region === region) known.names.push(one.resolved.name);
      this.#between.set(pair, known);
    }
  }

  report(parts: ProjectParts, report: Report): void {
    for (const { first, second, region, names } of this.#between.values()) {
      const environment = parts.environments.get(second);
      if (environment === undefined) continue;
      const { account } = environment.environment;
      const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
      const replicates = [first, second].some(
        (name) => parts.environments.get(name)?.environment.replicas?.some((one) => one.region === region) === true,
      );
      report(
        'manifest/name-collision',
        `environments "${first}" and "${second}" are both account ${account} in ${region}${replicates ? ', replicas included' : ''}, and both have ${quoted(names[0] ?? '')}${more}`,
        rangeOf(environment.place),
        'put {env} in `naming`, or give one environment another account or Region',
      );
    }
  }
}

export function checkEffective(parts: ProjectParts, problems: Diagnostic[]): void {
  const report = reporter(problems);
  const naming = checkNaming(parts, report);
  if (parts.tainted) return;
  const collisions = new Collisions();
  const unused = new UnusedPatterns();
  for (const [environment, { environment: place, tainted }] of parts.environments) {
    if (tainted) continue;
    for (const one of resolutions(parts, environment)) {
      if (one.parts.tainted) continue;
      const named = naming || one.merged.values.has('repositoryName');
      if (named && checkName(one, report)) collisions.add(place, one, report);
      checkEncryption(one, place, report);
      checkTags(one, environment, report);
      unused.add(one);
    }
  }
  collisions.report(parts, report);
  unused.report(report);
}
