// Whether a resource is as it is wanted, and whether a change makes it anew.
// It must not know how a resource is changed.
import type { Json } from '../../store/store.js';
import { resourceTypes } from '../resources/index.js';
import type { ResourceType, Wanted } from '../resources/type.js';
import { isJsonMap } from '../template/read.js';
import type { StackResource } from './model.js';

/** The same whatever the order of members. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`;
  if (!isJsonMap(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}

/** The properties that differ, by name. */
export function changedProperties(before: Wanted, after: Wanted): readonly string[] {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  return [...names].filter((name) => canonical(before.properties[name]) !== canonical(after.properties[name])).sort();
}

export function tagsDiffer(before: Wanted, after: Wanted): boolean {
  return canonical(before.tags as unknown as Json) !== canonical(after.tags as unknown as Json);
}

export function isSame(before: Wanted, after: Wanted): boolean {
  return changedProperties(before, after).length === 0 && !tagsDiffer(before, after);
}

export function isReplaced(type: ResourceType, present: StackResource, wantedType: string, wanted: Wanted): boolean {
  if (present.type !== wantedType) return true;
  return changedProperties(present, wanted).some((name) => type.properties[name]?.replaces === true);
}

/** Whether a type of this name makes a resource anew for a change of a property. */
export function replaces(type: string, property: string): boolean {
  return resourceTypes.get(type)?.properties[property]?.replaces === true;
}
