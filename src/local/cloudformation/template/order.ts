// Which resources a resource needs first, and an order in which all of them can be made.
// It must not know what any resource is.
import type { Json } from '../../store/store.js';
import { invalid, templateError, templateFormat } from '../errors.js';
import type { Resource, Template } from './model.js';
import { isJsonMap } from './read.js';
import { functionIn, holds, isPseudo, type Scope, substitutions } from './resolve.js';

/** Every name a value refers to, with the function that does: parameters and pseudo-parameters among them. */
export function* referencesIn(
  value: Json,
): Generator<{ readonly name: string; readonly by: 'Ref' | 'Fn::GetAtt' | 'Fn::Sub' }> {
  if (Array.isArray(value)) {
    for (const one of value as readonly Json[]) yield* referencesIn(one);
    return;
  }
  if (!isJsonMap(value)) return;
  const [name, argument] = functionIn(value) ?? [];
  if (name === 'Ref' && typeof argument === 'string') {
    yield { name: argument, by: 'Ref' };
    return;
  }
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
    yield { name: String(argument[0]), by: 'Fn::GetAtt' };
    return;
  }
  if (name === 'Fn::Sub') {
    const [text, variables = {}] = Array.isArray(argument) ? (argument as readonly Json[]) : [argument];
    if (typeof text === 'string' && isJsonMap(variables)) {
      for (const one of substitutions(text).names) {
        if (!Object.hasOwn(variables, one)) yield { name: one.split('.')[0] ?? one, by: 'Fn::Sub' };
      }
      yield* referencesIn(variables);
    }
    return;
  }
  for (const one of Object.values(value)) yield* referencesIn(one);
}

/** Resources of the template that must be there before `resource` is. */
export function neededBy({ resources }: Pick<Template, 'resources'>, resource: Resource): ReadonlySet<string> {
  const names = [...resource.dependsOn, ...[...referencesIn(resource.properties)].map(({ name }) => name)];
  return new Set(names.filter((name) => resources.has(name)));
}

/** Throws where the template refers to what it does not have. */
export function checkReferences(template: Template): void {
  const known = (name: string): boolean =>
    template.resources.has(name) || template.parameters.has(name) || isPseudo(name);
  const missing = new Set<string>();
  for (const { id, properties, dependsOn, condition } of template.resources.values()) {
    for (const { name, by } of referencesIn(properties)) {
      if (by === 'Fn::GetAtt' && !template.resources.has(name)) {
        throw templateError(`instance of Fn::GetAtt references undefined resource ${name}`);
      }
      if (!known(name)) missing.add(name);
    }
    for (const name of dependsOn) if (!template.resources.has(name)) missing.add(name);
    if (condition !== undefined && !template.conditions.has(condition)) {
      throw templateFormat(`Template validation error: Resource ${id} refers to an undefined condition ${condition}`);
    }
  }
  if (missing.size > 0) {
    throw templateFormat(
      `Unresolved resource dependencies [${[...missing].sort().join(', ')}] in the Resources block of the template`,
    );
  }
  for (const { value } of template.outputs.values()) {
    for (const { name } of referencesIn(value)) {
      if (!known(name))
        throw templateFormat(`Unresolved resource dependencies [${name}] in the Outputs block of the template`);
    }
  }
}

/**
 * The resources whose conditions hold, each after those it needs; in the order of the template where that leaves a choice. Throws where
 * two need each other.
 */
export function inOrder(scope: Scope): readonly Resource[] {
  const { template } = scope;
  const wanted = new Map(
    [...template.resources].filter(([, { condition }]) => condition === undefined || holds(scope, condition)),
  );
  const done = new Set<string>();
  const order: Resource[] = [];
  const visit = (resource: Resource, path: readonly string[]): void => {
    if (done.has(resource.id)) return;
    const from = path.indexOf(resource.id);
    if (from >= 0) {
      throw invalid(`Circular dependency between resources: [${path.slice(from).sort().join(', ')}]`);
    }
    for (const id of neededBy(template, resource)) {
      const next = wanted.get(id);
      if (next !== undefined) visit(next, [...path, resource.id]);
    }
    done.add(resource.id);
    order.push(resource);
  };
  for (const resource of wanted.values()) visit(resource, []);
  return order;
}
