// The generated table of actions, by their names in small letters, as the evaluator looks them up.
// It must not know requests or policies.
import { type ActionRow, actionRows } from '../gen/actions.js';

/** Keys in small letters; one that ends in `/` or `:` stands for all that begin with it. */
export const servedActions: ReadonlyMap<string, ActionRow> = new Map(
  Object.entries(actionRows).map(([name, { resources, keys }]) => [
    name.toLowerCase(),
    { resources, keys: keys.map((key) => key.toLowerCase()) },
  ]),
);

/**
 * What a request for this action is about: `*` where the action has no resource. For those "you must specify all resources
 * ("*") in the Resource element" (service authorization reference). Actions that nobody has listed keep theirs.
 */
export function resourceOf(action: string, resource: string): string {
  const row = servedActions.get(action.toLowerCase());
  return row !== undefined && row.resources.length === 0 ? '*' : resource;
}
