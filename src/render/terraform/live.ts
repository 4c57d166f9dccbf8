// What exists already, as import blocks.
// It must not know what becomes of what is there.
import { type ExistingResource, existingResources } from '../existing.js';
import type { RenderedRegistry, SharedRegistry } from '../model.js';
import type { ProviderType } from '../provider-resources.js';
import { attributes, object, text } from './hcl.js';
import { replicaModule } from './names.js';
import { existingSettings, existingSharedSettings } from './registry.js';

const howTo = `\
# Nothing is taken over: nobody looked at what exists. \`slipway render terraform --import\` does, and writes an import block here for each
# repository, policy, role and key that is there, so that the first plan has nothing to do.
`;

const nothing = '# Nothing of this existed when Slipway looked.\n';

const takenOver =
  '# What was there when Slipway looked: Terraform takes it over. Once that is applied, this file may go.\n';

/** Of which the module makes one for each key; in the order of `imports.tf`. */
const many = [
  'aws_ecr_repository',
  'aws_ecr_lifecycle_policy',
  'aws_ecr_repository_policy',
  'aws_iam_role',
  'aws_iam_role_policy',
  'aws_iam_role_policy_attachment',
] as const satisfies readonly ProviderType[];

/** Of which the module makes one at most. */
const once = ['aws_kms_key', 'aws_kms_alias'] as const satisfies readonly ProviderType[];

/** The text of `imports.tf` of an environment: of its registry, of its replicas, and of what the registry has once. */
export function importsText(rendered: RenderedRegistry, replicas: readonly RenderedRegistry[]): string {
  if (rendered.live === undefined) return howTo;
  return textOf([
    ...moduleImports('registry', rendered),
    ...replicas.flatMap((one) => moduleImports(replicaModule(one.desired.region), one)),
    ...existingSettings(rendered).map(({ address, id }) => single(address, id)),
  ]);
}

/** The text of `imports.tf` of a registry that several environments share. */
export function sharedImportsText(shared: SharedRegistry): string {
  if (shared.live === undefined) return howTo;
  return textOf(existingSharedSettings(shared).map(({ address, id }) => single(address, id)));
}

function moduleImports(module: string, rendered: RenderedRegistry): readonly string[] {
  const existing = existingResources(rendered);
  const of = (type: ProviderType) => existing.filter((one) => one.type === type);
  return [
    ...many.flatMap((type) => imports(`module.${module}.${type}`, of(type))),
    ...once.flatMap((type) => of(type).map(({ id }) => single(`module.${module}.${type}.this[0]`, id))),
  ];
}

/** The text of `imports.tf` of an account. `names`: what each provider is called in the code, by its ARN. */
export function accountImportsText(rendered: RenderedRegistry, names: ReadonlyMap<string, string>): string {
  if (rendered.live === undefined) return howTo;
  const providers = existingResources(rendered).filter(({ type }) => type === 'aws_iam_openid_connect_provider');
  return textOf(providers.map(({ type, id }) => single(`${type}.${names.get(id) ?? ''}`, id)));
}

function textOf(blocks: readonly string[]): string {
  return blocks.length === 0 ? nothing : `${takenOver}\n${blocks.join('\n')}`;
}

/** Of one type, by key and id: one block, so that a thousand repositories are a thousand lines. */
function imports(resource: string, ids: readonly ExistingResource[]): readonly string[] {
  if (ids.length === 0) return [];
  const byKey = object(Object.fromEntries(ids.map(({ key, id }) => [key, id])));
  return [
    `\
import {
${attributes([{ key: 'for_each', value: byKey }], 1)}

  to = ${resource}.this[each.key]
  id = each.value
}
`,
  ];
}

function single(to: string, id: string): string {
  return `import {\n  to = ${to}\n  id = ${text(id)}\n}\n`;
}
