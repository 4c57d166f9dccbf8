// What exists already, as `cdk import` takes it over: for each stack, the names that its resources have in AWS.
// It must not know how a stack is written.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { sameMeaning } from '../cloudformation/compare.js';
import { importsOf } from '../cloudformation/import.js';
import type { Template } from '../cloudformation/model.js';
import { type RegistryTemplate, registryIds, registryImport } from '../cloudformation/registry.js';
import type { LiveRegistry, LiveSettings, RenderedFile } from '../model.js';
import { subjectOf } from '../placed.js';
import type { RepositoriesModule } from './repositories.js';
import type { StackModule } from './stack.js';

export interface Mappings {
  readonly files: readonly RenderedFile[];
  readonly diagnostics: readonly Diagnostic[];
  readonly next: readonly string[];
}

/** `key`: the stack that repositories import from, which has to be there before. */
export function mappings(
  desired: DesiredRegistry,
  live: LiveRegistry,
  modules: readonly RepositoriesModule[],
  key: StackModule | undefined,
): Mappings {
  const imports = importsOf(
    desired,
    live,
    modules.map(({ template }) => template),
  );
  const taken = imports.flatMap(({ stack, template, resources }) => {
    const module = modules.find((one) => one.template === stack);
    if (module === undefined) return [];
    const path = `import/${module.id}.json`;
    const identifiers = resources.map(({ LogicalResourceId, ResourceIdentifier }) => [
      LogicalResourceId,
      ResourceIdentifier,
    ]);
    const different = resources.flatMap(({ LogicalResourceId }): Diagnostic[] => {
      const part = stack.parts.find(({ id }) => id === LogicalResourceId);
      const now = template.Resources[LogicalResourceId]?.Properties ?? {};
      const wanted: Readonly<Record<string, unknown>> = part?.resource.Properties ?? {};
      const names = [...new Set([...Object.keys(wanted), ...Object.keys(now)])].sort();
      const others = names.filter((name) => !sameMeaning(part?.resource.Properties[name], now[name]));
      if (part === undefined || others.length === 0) return [];
      const message = `${part.repository.name} is not as the code says (${others.join(', ')}), and \`cdk import\` believes the code`;
      return [
        diagnostic('render/import-overlooks', `${subjectOf(desired)}: ${message}`, {
          path: `spec.repositories.${part.repository.key}`,
        }),
      ];
    });
    return [{ module, path, text: `${JSON.stringify(Object.fromEntries(identifiers), null, 2)}\n`, different }];
  });
  return {
    files: taken.map(({ path, text }) => ({ path, text })),
    diagnostics: taken.flatMap(({ different }) => different),
    next: [
      ...(key !== undefined && taken.some(({ module }) => module.hasKey) ? [`npx cdk deploy ${key.id}`] : []),
      ...taken.map(({ module, path }) => `npx cdk import ${module.id} --resource-mapping ${path}`),
    ],
  };
}

/** The same for what a registry has once. */
export function settingsMapping(
  stack: RegistryTemplate,
  id: string,
  desired: DesiredRegistry,
  live: LiveSettings,
): Mappings {
  const found = registryImport(stack, desired, live);
  if (found === undefined) return { files: [], diagnostics: [], next: [] };
  const path = `import/${id}.json`;
  const identifiers = found.resources.map((one) => [one.LogicalResourceId, one.ResourceIdentifier]);
  const documents = [
    { resource: registryIds.policy, what: 'the policy of the registry', field: 'spec.registryPolicy' },
    {
      resource: registryIds.replication,
      what: 'the replication configuration',
      field: `spec.environments.${desired.owner.environment}.replicas`,
    },
  ];
  const propertiesIn = ({ Resources }: Template, resource: string) => Resources[resource]?.Properties;
  const different = documents.filter(({ resource }) => {
    const now = propertiesIn(found.template, resource);
    return now !== undefined && !sameMeaning(now, propertiesIn(stack.template, resource));
  });
  return {
    files: [{ path, text: `${JSON.stringify(Object.fromEntries(identifiers), null, 2)}\n` }],
    diagnostics: different.map(({ what, field }) => {
      const message = `${what} is not as the code says, and \`cdk import\` believes the code`;
      return diagnostic('render/import-overlooks', `${subjectOf(desired)}: ${message}`, { path: field });
    }),
    next: [`npx cdk import ${id} --resource-mapping ${path}`],
  };
}
