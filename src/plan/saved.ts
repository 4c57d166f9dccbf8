// A plan and the place it was made in, as text and back, refusing what Slipway did not write.
// It must not read or write files, nor judge whether the plan still fits.
import { fail } from '../diagnostics/index.js';
import { type Plan, planVersion } from './model.js';
import { isPlace, type Place } from './place.js';
import { checksumOf, type Fields, isFields, isListOf, isText } from './shape.js';

const kind = 'slipway/plan';
/** Of the file. The plan in it has its own. */
const version = 4;

export interface SavedPlan {
  readonly plan: Plan;
  readonly place: Place;
}

/** One JSON document, ending in a newline. The checksum finds accidents and edits; it is no signature. */
export function savePlan(plan: Plan, place: Place): string {
  return `${JSON.stringify({ kind, version, checksum: checksumOf({ place, plan }), place, plan }, null, 2)}\n`;
}

export function readPlan(text: string): SavedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    fail('plan/unreadable', 'the text is not JSON', { cause });
  }
  if (!isFields(value) || value.kind !== kind) fail('plan/unreadable', 'the JSON is not a plan of Slipway');
  if (value.version !== version) {
    fail(
      'plan/unreadable',
      `the plan has version ${JSON.stringify(value.version)}, and this Slipway reads version ${version}`,
    );
  }
  const { place, plan } = value;
  if (value.checksum !== checksumOf({ place, plan }))
    fail('plan/unreadable', 'the plan was changed after it was written');
  if (!isPlace(place) || !isPlan(plan)) fail('plan/unreadable', 'the plan lacks some of its parts');
  return { place, plan };
}

const purposes: readonly unknown[] = ['apply', 'destroy', 'drift'];
const actions: readonly unknown[] = ['create', 'update', 'delete', 'unchanged', 'orphan', 'replace', 'foreign'];
const aspects: readonly unknown[] = [
  'tagMutability',
  'scanOnPush',
  'encryption',
  'tags',
  'lifecyclePolicy',
  'repositoryPolicy',
];

/** What `apply` relies on. */
function isPlan(value: unknown): value is Plan {
  return (
    isFields(value) &&
    value.version === planVersion &&
    purposes.includes(value.purpose) &&
    isFields(value.owner) &&
    isText(value.owner.project) &&
    isText(value.owner.environment) &&
    isFields(value.scope) &&
    isListOf(value.registries, isRegistry) &&
    isListOf(value.hazards, isHazard) &&
    isFields(value.summary)
  );
}

function isHazard(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.kind) &&
    isText(value.repository) &&
    (value.region === undefined || isText(value.region)) &&
    isText(value.reason) &&
    typeof value.mustBeNamed === 'boolean'
  );
}

function isRegistry(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.account) &&
    isText(value.region) &&
    isText(value.partition) &&
    isListOf(value.notes, isText) &&
    isListOf(value.stacks, isStack) &&
    (value.settings === undefined || isSettings(value.settings)) &&
    isListOf(value.repositories, isRepository)
  );
}

const settingAspects: readonly unknown[] = ['registryPolicy', 'registryPolicy.scope', 'replication'];

function isSettings(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isListOf(value.kept, isFields) &&
    isListOf(value.unknown, isFields) &&
    isListOf(
      value.changes,
      (one): one is Fields =>
        isFields(one) && settingAspects.includes(one.aspect) && one.before !== undefined && one.after !== undefined,
    )
  );
}

const stackActions: readonly unknown[] = ['create', 'update', 'delete', 'unchanged', 'kept', 'foreign', 'stuck'];

function isStack(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.kind) &&
    isText(value.name) &&
    isText(value.region) &&
    stackActions.includes(value.action) &&
    isListOf(value.resources, isFields) &&
    isFields(value.tags) &&
    isFields(value.outputs) &&
    (value.taken === undefined || isListOf(value.taken, isTaken)) &&
    ((value.action !== 'create' && value.action !== 'update') || isFields(value.template))
  );
}

function isTaken(value: unknown): value is Fields {
  return isFields(value) && isText(value.name) && isListOf(value.from, isText);
}

function isRepository(value: unknown): value is Fields {
  return (
    isFields(value) &&
    isText(value.name) &&
    isText(value.arn) &&
    actions.includes(value.action) &&
    isListOf(value.kept, isFields) &&
    isListOf(value.unknown, isFields) &&
    isListOf(value.changes, isChange) &&
    (value.action !== 'delete' || value.deletion === undefined || isFields(value.deletion)) &&
    hasEnough(value.action, value.changes)
  );
}

const createAspects = ['tagMutability', 'scanOnPush', 'encryption', 'tags'];

/** A repository cannot be made of less. */
function hasEnough(action: unknown, changes: readonly Fields[]): boolean {
  return action !== 'create' || createAspects.every((aspect) => changes.some((one) => one.aspect === aspect));
}

function isChange(value: unknown): value is Fields {
  if (!isFields(value) || !aspects.includes(value.aspect)) return false;
  const { effect } = value;
  return (
    value.before !== undefined &&
    value.after !== undefined &&
    (effect === undefined || (isFields(effect) && isListOf(effect.digests, isText)))
  );
}
