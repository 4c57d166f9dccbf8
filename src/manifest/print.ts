// A project back as YAML, in one canonical form: loading that text gives a project of the same meaning.
// It must not know files. What `--set` said is not part of the manifest and is not printed.
import { Document, isCollection, isMap, isScalar, visit } from 'yaml';
import { type ProjectParts, partsOf, type RepositoryParts, type Shared } from './parts.js';
import type { Json, Project, SpecLayer } from './project.js';

type Values = { readonly [field: string]: Json };

function isValues(value: Json | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{account: x}` as `account:x`; a grantee with more than its kind stays a map. */
function grantee(value: Json): Json {
  if (!isValues(value)) return value;
  const said = Object.entries(value).filter(([, one]) => one !== null);
  const [first] = said;
  return said.length === 1 && first !== undefined
    ? `${first[0]}:${typeof first[1] === 'string' ? first[1] : JSON.stringify(first[1])}`
    : Object.fromEntries(said);
}

const granteeLists = new Set(['pull', 'push', 'pullAndPush', 'read', 'manage']);

function access(value: Json | undefined): Json | undefined {
  if (!isValues(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, list]): [string, Json] => {
      if (!Array.isArray(list)) return [field, list];
      if (granteeLists.has(field)) return [field, list.map((one) => grantee(one as Json))];
      return [field, field === 'grants' ? list.map((one) => access(one as Json) ?? null) : list];
    }),
  );
}

function settings(values: SpecLayer): Values {
  const said = access(values['access']);
  return { ...values, ...(said === undefined ? {} : { access: said }) };
}

function shared(from: Shared): Values {
  const common = from.common?.values ?? {};
  const said = access(common['access']);
  return {
    ...(common['tags'] === undefined ? {} : { defaultTags: common['tags'] }),
    ...(said === undefined ? {} : { access: said }),
    ...(from.repositoryDefaults === undefined ? {} : { repositoryDefaults: settings(from.repositoryDefaults.values) }),
  };
}

function repository(parts: RepositoryParts): Values {
  const { environments: _said, ...values } = settings(parts.stated.values);
  const { environments } = parts.repository;
  return { ...(environments === undefined ? {} : { environments }), ...values };
}

function projectDocument(project: Project, parts: ProjectParts): Values {
  const environments = [...parts.environments].map(([name, one]): [string, Json] => {
    const { account, region, preset } = one.environment;
    const overrides = [...one.overrides].map(([key, stated]): [string, Json] => [key, settings(stated.values)]);
    return [
      name,
      {
        account,
        region,
        ...(preset === undefined ? {} : { preset }),
        ...shared(one),
        ...(overrides.length === 0 ? {} : { repositories: Object.fromEntries(overrides) }),
      },
    ];
  });
  const ours = [...parts.repositories].filter(([, one]) => one.repository.dialect === 'slipway');
  return {
    apiVersion: 'ecr.slipway.dev/v1',
    kind: 'Project',
    metadata: { name: project.name, ...(project.org === undefined ? {} : { org: project.org }) },
    spec: {
      ...(project.naming === '{name}' ? {} : { naming: project.naming }),
      ...shared(parts),
      environments: Object.fromEntries(environments),
      repositories: Object.fromEntries(ours.map(([key, one]) => [key, repository(one)])),
    },
  };
}

/** Planton's documents stay Planton's: no other form means the same. */
function plantonDocument(parts: RepositoryParts, project: ProjectParts): Values {
  const { lifecyclePolicy, ...values } = parts.stated.values;
  const rules = isValues(lifecyclePolicy) ? (lifecyclePolicy['rules'] as readonly Values[] | undefined) : undefined;
  const count = (index: number): Json =>
    isValues(rules?.[index]?.['selection']) ? (rules[index]['selection']['countNumber'] ?? null) : null;
  const lifecycle =
    rules === undefined ? {} : { lifecyclePolicy: { expireUntaggedAfterDays: count(0), maxImageCount: count(1) } };
  const { key, environments } = parts.repository;
  // A document names one environment or none. One for several is told by its Region alone, as it was when it was read.
  const env = environments?.length === 1 ? { env: environments[0] ?? '' } : {};
  const first = project.environments.get(environments?.[0] ?? '');
  const region = environments === undefined || first === undefined ? {} : { region: first.environment.region };
  return {
    apiVersion: 'aws.planton.dev/v1',
    kind: 'AwsEcrRepo',
    metadata: { name: key, ...env },
    spec: { ...region, ...values, ...lifecycle },
  };
}

/** What registries have once: a document for each environment, since two of them put together have no other form. */
function registryDocuments(project: Project): Values[] {
  return [...project.environments.values()].flatMap(({ name, registry }) =>
    registry === undefined
      ? []
      : [
          {
            apiVersion: 'ecr.slipway.dev/v1',
            kind: 'AwsEcrRegistry',
            metadata: { name },
            spec: { environments: [name], ...(registry.spec as Values) },
          },
        ],
  );
}

function text(values: Values): string {
  const document = new Document(values, { version: '1.2' });
  visit(document, {
    Collection(_key, node) {
      // Lists and small maps read best on one line.
      if (!isCollection(node)) return;
      const small = node.items.every((item) => {
        const value = isMap(node) ? (item as { value: unknown }).value : item;
        return isScalar(value);
      });
      if (small && node.items.length <= 4) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

/** One field of a manifest, for somebody to put in its place. */
export function printField(name: string, value: Json): string {
  return text({ [name]: value });
}

/** The whole project, several documents in one text. */
export function printProject(project: Project): string {
  const parts = partsOf(project);
  const planton = [...parts.repositories.values()]
    .filter((one) => one.repository.dialect === 'planton')
    .map((one) => plantonDocument(one, parts));
  return [projectDocument(project, parts), ...registryDocuments(project), ...planton].map(text).join('---\n');
}
