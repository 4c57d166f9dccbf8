// The repositories in a state of Terraform or OpenTofu, or in what `terraform show -json` prints of a state or a plan, whatever module
// they come from. It must not know manifests.
import { type Diagnostic, diagnostic, fail } from '../diagnostics/index.js';
import { canonicalEncryption } from '../registry/index.js';
import { type Fields, fieldsOf, isFields, textOf } from './json.js';
import { type Found, type FoundRepository, mutabilityOf } from './model.js';

interface Resource {
  readonly type: string;
  readonly address: string;
  readonly values: Fields;
}

/** Throws where the text is none of the three. */
export function readTerraform(text: string): Found {
  const resources = resourcesIn(parse(text)).filter(({ type }) => type.startsWith('aws_ecr'));
  const diagnostics: Diagnostic[] = [];
  const policies = {
    aws_ecr_lifecycle_policy: new Map<string, Resource>(),
    aws_ecr_repository_policy: new Map<string, Resource>(),
  };
  const repositories = resources.filter(({ type }) => type === 'aws_ecr_repository');
  for (const resource of resources) {
    const { type, address, values } = resource;
    if (type === 'aws_ecr_lifecycle_policy' || type === 'aws_ecr_repository_policy') {
      const name = textOf(values['repository']);
      if (name !== undefined && textOf(values['policy']) !== undefined)
        policies[type].set(keyOf(name, values), resource);
      else diagnostics.push(diagnostic('adopt/unknown-value', `${address} is known only once it is applied`));
    } else if (type !== 'aws_ecr_repository') {
      diagnostics.push(diagnostic('adopt/left-out', `${address} is not taken over`));
    }
  }
  const found = repositories.flatMap(({ address, values }): FoundRepository[] => {
    const name = textOf(values['name']);
    if (name === undefined) {
      diagnostics.push(diagnostic('adopt/unknown-value', `the name of ${address} is known only once it is applied`));
      return [];
    }
    const policyOf = (type: keyof typeof policies): string | undefined => {
      const held = policies[type].get(keyOf(name, values)) ?? policies[type].get(keyOf(name, {}));
      policies[type].delete(keyOf(name, values));
      policies[type].delete(keyOf(name, {}));
      return textOf(held?.values['policy']);
    };
    const lifecyclePolicy = policyOf('aws_ecr_lifecycle_policy');
    const repositoryPolicy = policyOf('aws_ecr_repository_policy');
    return [
      {
        ...repositoryOf(name, address, values, (problem) => diagnostics.push(problem)),
        ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
        ...(repositoryPolicy === undefined ? {} : { repositoryPolicy }),
      },
    ];
  });
  for (const { address, values } of [
    ...policies.aws_ecr_lifecycle_policy.values(),
    ...policies.aws_ecr_repository_policy.values(),
  ]) {
    const message = `${address} is for ${String(values['repository'])}, which is not declared here`;
    diagnostics.push(diagnostic('adopt/left-out', message));
  }
  return { repositories: found, diagnostics };
}

/** Two Regions may each have a repository of one name; older providers tell the Region by the ARN alone, and policies not at all. */
function keyOf(name: string, values: Fields): string {
  return `${regionOf(values) ?? ''} ${name}`;
}

function regionOf(values: Fields): string | undefined {
  return textOf(values['region']) ?? textOf(values['arn'])?.split(':')[3];
}

function repositoryOf(
  name: string,
  from: string,
  values: Fields,
  report: (problem: Diagnostic) => void,
): FoundRepository {
  const account = textOf(values['registry_id']) ?? textOf(values['arn'])?.split(':')[4];
  const region = regionOf(values);
  const encryption = blockOf(values['encryption_configuration']);
  const scanning = blockOf(values['image_scanning_configuration']);
  const filters = listOf(values['image_tag_mutability_exclusion_filter']);
  const kmsKey = textOf(encryption['kms_key']);
  const type = textOf(encryption['encryption_type']);
  return {
    name,
    from,
    ...(account === undefined || account === '' ? {} : { account }),
    ...(region === undefined || region === '' ? {} : { region }),
    tagMutability: mutabilityOf(
      values['image_tag_mutability'],
      filters.flatMap((one) => textOf(fieldsOf(one)['filter']) ?? []),
      from,
      report,
    ),
    encryption: canonicalEncryption({
      type: type === 'KMS' || type === 'KMS_DSSE' ? type : 'AES256',
      ...(kmsKey === undefined || kmsKey === '' ? {} : { kmsKey }),
    }),
    scanOnPush: scanning['scan_on_push'] === true,
    forceDelete: values['force_delete'] === true,
    // `tags_all` has the provider's default tags too.
    tags: tagsOf(values['tags_all'] ?? values['tags']),
  };
}

function tagsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(fieldsOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

/** A block that may stand once is a list of one. */
function blockOf(value: unknown): Fields {
  return fieldsOf(Array.isArray(value) ? value[0] : value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('adopt/not-readable', `the text is no JSON: ${error instanceof Error ? error.message : ''}`, {
      mend: 'give the state (`terraform state pull`), or what `terraform show -json` prints of a state or a plan',
      cause: error,
    });
  }
  return fieldsOf(value);
}

function resourcesIn(document: Fields): readonly Resource[] {
  // `terraform show -json`: of a plan `planned_values`, of a state `values`.
  const values = document['planned_values'] ?? document['values'];
  if (isFields(values)) return inModule(fieldsOf(values['root_module']));
  if (document['version'] === 4 && Array.isArray(document['resources'])) return document['resources'].flatMap(inState);
  return fail('adopt/not-readable', 'this is neither a state of Terraform nor what it prints of a state or a plan', {
    mend: 'give the state (`terraform state pull`), or what `terraform show -json` prints of a state or a plan',
  });
}

function inModule(module: Fields): readonly Resource[] {
  const own = listOf(module['resources']).flatMap((one): Resource[] => {
    const { mode, type, address, values } = fieldsOf(one);
    if (mode !== 'managed' || typeof type !== 'string' || typeof address !== 'string') return [];
    return [{ type, address, values: fieldsOf(values) }];
  });
  return [...own, ...listOf(module['child_modules']).flatMap((one) => inModule(fieldsOf(one)))];
}

/** As it is kept: resources with their instances, addresses in parts. */
function inState(value: unknown): readonly Resource[] {
  const { mode, type, name, module, instances } = fieldsOf(value);
  if (mode !== 'managed' || typeof type !== 'string' || typeof name !== 'string') return [];
  const prefix = typeof module === 'string' ? `${module}.` : '';
  return listOf(instances).map((one) => {
    const { index_key: key, attributes } = fieldsOf(one);
    const index = key === undefined ? '' : `[${JSON.stringify(key)}]`;
    return { type, address: `${prefix}${type}.${name}${index}`, values: fieldsOf(attributes) };
  });
}
