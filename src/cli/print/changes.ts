// The changes of one repository, aspect by aspect, values side by side.
// It must not know what becomes of the repository as a whole.
import type { AccessChange } from '../../access/index.js';
import type { LifecyclePolicy } from '../../lifecycle/index.js';
import { exposedIn } from '../../plan/exposed.js';
import type { Aspect, Change, Kept, Plan, RepositoryPlan, Unknown } from '../../plan/model.js';
import { remarksIn } from '../../plan/remarked.js';
import { isKnown, type Value } from '../../registry/companions/model.js';
import type { Encryption, TagMutability } from '../../registry/model.js';
import { type Canvas, count, hang, padEnd } from '../text.js';
import { printDiagnostics } from './diagnostics.js';
import { effectLines, lifecycleLines } from './lifecycle.js';
import { statementInWords, statementLines } from './policy.js';
import { arrow, arrowLines, painted } from './view.js';

export const indent = '      ';
const names: Readonly<Record<Unknown['aspect'], string>> = {
  tagMutability: 'tag mutability',
  encryption: 'encryption',
  scanOnPush: 'scan on push',
  tags: 'tags',
  lifecyclePolicy: 'lifecycle policy',
  repositoryPolicy: 'repository policy',
  images: 'images',
  repository: 'the repository',
};
/** `repository policy` is the longest that has a value beside it. */
const nameWidth = names.tagMutability.length;

export function aspectName(aspect: Unknown['aspect']): string {
  return names[aspect];
}

function mutability(value: TagMutability): string {
  return value.exclusions.length === 0
    ? value.mode
    : `${value.mode.replace(/_WITH_EXCLUSION$/, '')} except ${value.exclusions.join(', ')}`;
}

function encryption(value: Encryption<Value>): string {
  if (value.type === 'AES256') return 'AES256';
  if (value.kmsKey === undefined) return `${value.type}, Amazon's own key`;
  return isKnown(value.kmsKey)
    ? `${value.type} ${value.kmsKey}`
    : `${value.type}, the key that the ${value.kmsKey.stack} stack has yet to make`;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** `name  before -> after`; over two lines where one is too narrow. */
function setting<T>(
  aspect: Aspect,
  change: { readonly before: T | null; readonly after: T | null },
  text: (value: T) => string,
  canvas: Canvas,
): readonly string[] {
  const { before: left, after: right } = change;
  const first = left === null ? undefined : text(left);
  const then = right === null ? undefined : text(right);
  return arrowLines(`${indent}${padEnd(names[aspect], nameWidth)}  `, first, then, canvas);
}

/** A policy as a whole, where it comes or goes; its text is canonical JSON. */
function rulesIn(text: string | null): string {
  if (text === null) return 'none';
  return count((JSON.parse(text) as LifecyclePolicy).rules.length, 'rule');
}

function tagLines(change: Change & { readonly aspect: 'tags' }, canvas: Canvas, compact: boolean): readonly string[] {
  const { paint, columns } = canvas;
  const { before: left, after: right } = change;
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  if (compact) {
    const all = keys.map((key) => `${key}=${right[key] ?? left[key] ?? ''}`).join(', ');
    return hang(`${indent}${padEnd(names.tags, nameWidth)}  `, all, columns);
  }
  const keyWidth = Math.max(...keys.map((key) => key.length), 0);
  const lines = [`${indent}${names.tags}`];
  for (const key of keys) {
    const first = left[key] ?? undefined;
    const then = right[key] ?? undefined;
    const mark = first === undefined ? '+' : then === undefined ? '-' : '~';
    const quote = (text: string | undefined): string | undefined =>
      text === undefined ? undefined : JSON.stringify(text);
    const head = `${indent}  ${painted(mark, paint)} ${padEnd(key, keyWidth)}  `;
    lines.push(...arrowLines(head, quote(first), quote(then), canvas));
  }
  return lines;
}

/** `compact`: everything is new (or goes), so lists of additions would only be noise. */
export function changeLines(change: Change, canvas: Canvas, compact = false): readonly string[] {
  switch (change.aspect) {
    case 'tagMutability':
      return setting('tagMutability', change, mutability, canvas);
    case 'encryption':
      return setting('encryption', change, encryption, canvas);
    case 'scanOnPush':
      return setting('scanOnPush', change, yesNo, canvas);
    case 'tags':
      return tagLines(change, canvas, compact);
    case 'lifecyclePolicy': {
      const { before: left, after: right } = change;
      const note =
        compact || (left !== null && right !== null) ? '' : `  ${arrow(rulesIn(left), rulesIn(right), canvas.paint)}`;
      return [
        `${indent}${names.lifecyclePolicy}${note}`,
        ...lifecycleLines(change.rules, `${indent}  `, canvas),
        ...effectLines(change.effect, `${indent}  `, canvas),
      ];
    }
    case 'repositoryPolicy':
      if (change.statements.length === 0) return [];
      return [
        `${indent}${names.repositoryPolicy}`,
        ...statementLines(change.statements, `${indent}  `, canvas),
        ...(compact ? [] : accessLines(change.access, canvas)),
      ];
  }
}

/** Who gains and who loses. Of a repository that comes or goes, its statements tell. */
export function accessLines(access: AccessChange | undefined, { paint, columns }: Canvas): readonly string[] {
  if (access === undefined || access.gained.length + access.lost.length === 0) return [];
  return [
    `${indent}access`,
    ...access.gained.flatMap((one) => hang(`${indent}  ${painted('+', paint)} `, one, columns)),
    ...access.lost.flatMap((one) => hang(`${indent}  ${painted('-', paint)} `, one, columns)),
  ];
}

const keptNames: Readonly<Record<Kept['what'], string>> = {
  tag: 'tag',
  statement: 'statement',
  lifecyclePolicy: 'lifecycle policy',
  replicationRule: 'replication',
};

function opens({ exposures = [] }: Kept): boolean {
  return exposures.some(({ to }) => to === 'everyone');
}

export function isOpenToEveryone({ kept }: Pick<RepositoryPlan, 'kept'>): boolean {
  return kept.some(opens);
}

/** Statements of others in words: they grant access that the manifest does not tell of. */
export function keptLines(kept: readonly Kept[], { paint, columns }: Canvas): readonly string[] {
  return kept.flatMap((one) => {
    const what = one.what === 'lifecyclePolicy' ? keptNames[one.what] : `${keptNames[one.what]} ${one.id}`;
    const isOpen = opens(one);
    const tint = isOpen ? paint.red : paint.dim;
    const head = hang(`${indent}${painted(isOpen ? '!' : '=', paint)} `, `${what}: ${one.note}`, columns, tint);
    if (one.statement === undefined) return head;
    return [...head, ...hang(`${indent}    `, statementInWords(one.statement), columns, tint)];
  });
}

/** What others opened to everyone, by repository; nothing where they did not. */
export function exposureLines(plan: Plan, canvas: Canvas): readonly string[] {
  const warnings = exposedIn(plan).filter(({ severity }) => severity === 'warning');
  if (warnings.length === 0) return [];
  return [printDiagnostics(warnings, { ...canvas, cwd: '', sources: () => undefined }).trimEnd()];
}

/** What is likely not meant in lifecycle policies that change; nothing where that is nothing. */
export function remarkLines(plan: Plan, canvas: Canvas): readonly string[] {
  const remarks = remarksIn(plan);
  if (remarks.length === 0) return [];
  return [printDiagnostics(remarks, { ...canvas, cwd: '', sources: () => undefined }).trimEnd()];
}

export function unknownLines(unknown: readonly Unknown[], { paint, columns }: Canvas): readonly string[] {
  return unknown.flatMap((one) =>
    hang(
      `${indent}${painted('?', paint)} `,
      `${aspectName(one.aspect)} could not be read (${one.operation}: ${one.reason}), so it is left alone`,
      columns,
    ),
  );
}

/** Whether the policy holds a statement of somebody else: access that the manifest does not tell of. */
export function hasForeignStatement(repository: RepositoryPlan): boolean {
  return repository.kept.some(({ what }) => what === 'statement');
}
