// Texts in, a checked Project out, or every problem of all of them at once.
// It must not know where the texts come from.
import { type Diagnostic, diagnostic, SlipwayError } from '../diagnostics/index.js';
import { Assembly } from './assemble.js';
import { checkEffective } from './check-effective.js';
import { type Documents, sortDocuments, type TextFile } from './documents.js';
import { layersOf } from './layers.js';
import { keepParts, type ProjectParts } from './parts.js';
import type { Project } from './project.js';
import { entryOf, rangeOf, valueAt } from './tree.js';

export interface ParseOptions {
  /** `PATH=VALUE`, each below `spec`. */
  readonly set?: readonly string[];
  /**
   * What a later room finds wrong in one environment. It is asked where the manifest has errors of its own, of the project
   * without them, so that one run tells of everything; of a project that is returned, the caller asks it.
   */
  readonly furtherCheck?: (project: Project, environment: string) => readonly Diagnostic[];
}

function placeOf({ range }: Diagnostic): string {
  return `${range?.file ?? ''}:${range?.line ?? 0}:${range?.column ?? 0}`;
}

/** By file and place, errors and warnings alike; what is reported twice is one. */
function inOrder(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  const kept = problems.filter((one) => {
    const key = `${one.code} ${one.message} ${placeOf(one)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return kept.sort((left, right) => {
    const [a, b] = [left.range, right.range];
    const [fileA, fileB] = [a?.file ?? '', b?.file ?? ''];
    if (fileA !== fileB) return fileA < fileB ? -1 : 1;
    return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0) || (left.code < right.code ? -1 : 1);
  });
}

/** What a folder of Planton's manifests needs. */
function smallProject(documents: Documents): string {
  const first = documents.planton[0];
  const region = valueAt(valueAt(first?.tree, 'spec'), 'region');
  const env = valueAt(valueAt(first?.tree, 'metadata'), 'env');
  const word = (tree: typeof region, otherwise: string): string =>
    tree?.kind === 'scalar' && typeof tree.value === 'string' && tree.value !== '' ? tree.value : otherwise;
  return [
    'apiVersion: ecr.slipway.dev/v1',
    'kind: Project',
    'metadata: {name: my-project}',
    'spec:',
    '  environments:',
    `    ${word(env, 'prod')}: {account: "111111111111", region: ${word(region, 'eu-west-1')}}`,
  ].join('\n');
}

function withoutProject(documents: Documents, looked: string): Diagnostic {
  const planton = documents.planton[0];
  if (planton !== undefined) {
    const place = entryOf(planton.tree, 'apiVersion')?.value ?? planton.head;
    return diagnostic(
      'manifest/planton-needs-project',
      "Planton's manifests name no AWS account, and there is no document of kind Project that does",
      {
        range: rangeOf(place),
        mend: `put a slipway.yaml beside them, with your account:\n${smallProject(documents)}`,
      },
    );
  }
  const lonely = documents.repositories[0];
  return diagnostic(
    'manifest/no-project',
    `no document of kind Project (apiVersion ecr.slipway.dev/v1) in ${looked}`,
    lonely === undefined ? {} : { range: rangeOf(lonely.head) },
  );
}

function projectOf(parts: ProjectParts, warnings: readonly Diagnostic[]): Project {
  const project: Project = {
    name: parts.name,
    ...(parts.org === undefined ? {} : { org: parts.org }),
    directory: parts.directory,
    environments: new Map([...parts.environments].map(([name, one]) => [name, one.environment])),
    repositories: new Map([...parts.repositories].map(([key, one]) => [key, one.repository])),
    warnings,
    naming: parts.naming.pattern,
    layersOf: (repository, environment) => layersOf(parts, repository, environment).layers,
  };
  keepParts(project, parts);
  return project;
}

function furtherProblems(parts: ProjectParts, check: NonNullable<ParseOptions['furtherCheck']>): readonly Diagnostic[] {
  const project = projectOf(parts, []);
  return [...project.environments.keys()].flatMap((environment) => check(project, environment));
}

/**
 * Makes a project of texts. `looked` says where they were looked for, should there be none.
 * @throws SlipwayError with every problem there is.
 */
export function parseProject(
  files: readonly TextFile[],
  options: ParseOptions & { readonly directory?: string; readonly looked?: string } = {},
): Project {
  const problems: Diagnostic[] = [];
  const documents = sortDocuments(files, problems);
  const [first, ...more] = documents.projects;
  for (const one of more) {
    const range = first === undefined ? undefined : rangeOf(first.head);
    const where = range === undefined ? '' : `; the first is in ${range.file}, line ${range.line}`;
    problems.push(
      diagnostic('manifest/several-projects', `a second document of kind Project${where}`, {
        range: rangeOf(entryOf(one.tree, 'kind')?.value ?? one.head),
      }),
    );
  }
  if (first === undefined) {
    // A project that could not be read is not missing.
    if (!documents.incomplete) problems.push(withoutProject(documents, options.looked ?? 'what was given'));
    throw new SlipwayError(inOrder(problems));
  }
  const assembly = new Assembly(problems, options.set ?? []);
  const parts = assembly.assemble(first, documents, options.directory ?? '');
  checkEffective(parts, problems);
  if (problems.some((one) => one.severity === 'error')) {
    const further =
      options.furtherCheck === undefined ? [] : furtherProblems(assembly.sound(parts), options.furtherCheck);
    const places = new Set(problems.map(placeOf));
    // Where something is wrong already, a later room would say the same in other words.
    throw new SlipwayError(inOrder([...problems, ...further.filter((one) => !places.has(placeOf(one)))]));
  }
  return projectOf(parts, inOrder(problems));
}
