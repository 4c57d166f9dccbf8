// What becomes of the stacks of companions, resource by resource.
// It must not know how a plan is made.
import type { Statement } from '../../access/index.js';
import type { PropertyChange, ResourcePlan, StackPlan } from '../../plan/stacks/model.js';
import { type Canvas, hang } from '../text.js';
import { indent } from './changes.js';
import { documentLines, roleLines } from './policy.js';
import { arrowLines, headline, type Mark, painted } from './view.js';

const fates: Readonly<Record<StackPlan['action'], readonly [Mark, string]>> = {
  create: ['+', 'create stack'],
  update: ['~', 'update stack'],
  delete: ['-', 'delete stack'],
  unchanged: ['=', 'stack unchanged'],
  kept: ['=', 'stack left as it is'],
  foreign: ['?', 'stack not ours, left alone'],
  stuck: ['!', 'stack waits for somebody'],
};

const marks: Readonly<Record<ResourcePlan['action'], Mark>> = { create: '+', update: '~', replace: '-/+', delete: '-' };

/** What is as declared, and needs no word, is not shown. */
export function isStackShown({ action, unknown, referenced }: StackPlan): boolean {
  return action !== 'unchanged' || unknown.length > 0 || referenced.some(({ note }) => note.includes('refused'));
}

/** Text as it is; anything else is named alone: policies are long, and JSON output has them whole. */
function valueText(value: PropertyChange['before']): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'object' ? '…' : String(value);
}

function propertyLines({ property, before, after }: PropertyChange, canvas: Canvas): readonly string[] {
  const head = `${indent}    ${painted('~', canvas.paint)} ${property}`;
  if (typeof before === 'object' || typeof after === 'object') return [head];
  // Drift has documents as text.
  const statements = documentLines(before, after, `${indent}        `, canvas);
  if (statements !== undefined) return [head, ...statements];
  return arrowLines(`${head}  `, valueText(before), valueText(after), canvas);
}

type Properties = Readonly<Record<string, unknown>>;

function statementsOf(document: unknown): readonly Statement[] {
  // Of our own template, which this program has made.
  return (document as { readonly Statement?: readonly Statement[] } | undefined)?.Statement ?? [];
}

/** What comes with a resource that is made, where its title does not say it. */
function contentLines({ type, action, id }: ResourcePlan, { template }: StackPlan, canvas: Canvas): readonly string[] {
  if (type !== 'AWS::IAM::Role' || (action !== 'create' && action !== 'replace')) return [];
  const role: Properties = template?.Resources[id]?.Properties ?? {};
  const policies = (role['Policies'] ?? []) as readonly { readonly PolicyDocument?: unknown }[];
  const permissions = policies.flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument));
  return roleLines(statementsOf(role['AssumeRolePolicyDocument']), permissions, `${indent}    `, canvas);
}

export function stackLines(stack: StackPlan, canvas: Canvas): readonly string[] {
  const { paint, columns } = canvas;
  const [mark, what] =
    stack.unknown.length > 0 && stack.action === 'unchanged'
      ? (['?', 'stack could not be read whole'] as const)
      : fates[stack.action];
  const lines = [...headline(mark, stack.name, what, stack.reason, indent, canvas)];
  for (const resource of stack.resources) {
    const { action, title, changes } = resource;
    const replaced = action === 'replace' ? ' (a new one takes its place)' : '';
    lines.push(...hang(`${indent}${painted(marks[action], paint)} `, `${title}${replaced}`, columns));
    lines.push(...contentLines(resource, stack, canvas));
    for (const change of changes) lines.push(...propertyLines(change, canvas));
  }
  for (const { arn, note } of stack.referenced) {
    lines.push(...hang(`${indent}${painted('=', paint)} `, `${arn}: ${note}`, columns, paint.dim));
  }
  for (const { operation, reason } of stack.unknown) {
    const text = `could not be read (${operation}: ${reason}), so it is left alone`;
    lines.push(...hang(`${indent}${painted('?', paint)} `, text, columns));
  }
  (stack.steps ?? []).forEach((step, index) => lines.push(...hang(`${indent}${index + 1}. `, step, columns)));
  return lines;
}
