// Two templates of one stack, compared by meaning, resource by resource. Pure.
// It must not know how a template came to be, nor what is done about a difference.
import { createHash } from 'node:crypto';
import { byText } from '../../registry/index.js';
import {
  canonical,
  isCreateOnly,
  type Json,
  sameMeaning,
  type Template,
  type TemplateResource,
} from '../../render/cloudformation/index.js';
import type { PropertyChange, ResourcePlan } from './model.js';

/** What the second template makes of the first; sorted by id. `undefined`: no template, no resources. */
export function diffTemplates(before: Template | undefined, after: Template | undefined): readonly ResourcePlan[] {
  const [left, right] = [before?.Resources ?? {}, after?.Resources ?? {}];
  const ids = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort(byText);
  return ids.flatMap((id): ResourcePlan[] => {
    const [one, other] = [left[id], right[id]];
    const shown = other ?? one;
    if (shown === undefined) return [];
    const head = { id, type: shown.Type, title: titleOf(id, shown) };
    if (one === undefined) return [{ ...head, action: 'create', changes: [] }];
    if (other === undefined) return [{ ...head, action: 'delete', changes: [] }];
    const changes = propertyChanges(one, other);
    if (changes.length === 0) return [];
    const replaces = one.Type !== other.Type || changes.some(({ property }) => isCreateOnly(other.Type, property));
    return [{ ...head, action: replaces ? 'replace' : 'update', changes }];
  });
}

/** Whether two templates differ at all, their outputs and words included. */
export function sameTemplate(one: Template | undefined, other: Template | undefined): boolean {
  return hashOf(one) === hashOf(other);
}

/** By which a template is known again, however it is laid out; `null`: none. */
export function hashOf(template: Template | undefined): string | null {
  if (template === undefined) return null;
  const text = JSON.stringify(canonical(plain(template)));
  return createHash('sha256').update(text).digest('hex');
}

/** A template is plain JSON: its interfaces only lack the index that the type asks for. */
function plain(template: Template): Json {
  return JSON.parse(JSON.stringify(template)) as Json;
}

const attributes = ['DeletionPolicy', 'UpdateReplacePolicy'] as const;

function propertyChanges(one: TemplateResource, other: TemplateResource): readonly PropertyChange[] {
  const names = [...new Set([...Object.keys(one.Properties), ...Object.keys(other.Properties)])].sort(byText);
  const properties = names
    .filter((name) => !sameMeaning(wrapped(name, one.Properties[name]), wrapped(name, other.Properties[name])))
    .map((name) => change(name, one.Properties[name], other.Properties[name]));
  const policies = attributes
    .filter((name) => one[name] !== other[name])
    .map((name) => change(name, one[name], other[name]));
  return [...properties, ...policies];
}

/** What a list means depends on the property that holds it. */
function wrapped(name: string, value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : { [name]: value };
}

function change(property: string, before: Json | undefined, after: Json | undefined): PropertyChange {
  return { property, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

const titles: Readonly<Record<string, (properties: TemplateResource['Properties']) => Json | undefined>> = {
  'AWS::IAM::OIDCProvider': ({ Url }) =>
    `identity provider ${typeof Url === 'string' ? Url.replace('https://', '') : ''}`,
  'AWS::IAM::Role': ({ RoleName }) => `role ${typeof RoleName === 'string' ? RoleName : ''}`,
  'AWS::KMS::Alias': ({ AliasName }) => (typeof AliasName === 'string' ? AliasName : undefined),
  'AWS::KMS::Key': () => 'key',
};

function titleOf(id: string, { Type, Properties }: TemplateResource): string {
  const title = titles[Type]?.(Properties);
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : id;
}
