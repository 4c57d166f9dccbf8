// What the linter found in a file, for people: each policy with what ECR says of it, then remarks, then advice.
// It must not know what any remark is about.

import type { Diagnostic } from '../../diagnostics/index.js';
import type { LintedPolicy, RetentionAdvice } from '../../lifecycle/index.js';
import { type Canvas, count, hang, list, width } from '../text.js';
import { type DiagnosticContext, printDiagnostics, shownPath } from './diagnostics.js';

export interface LintView {
  readonly file: string;
  readonly policies: readonly LintedPolicy[];
  readonly advice: RetentionAdvice | undefined;
}

export function printLint({ file, policies, advice }: LintView, context: DiagnosticContext): string {
  const shown = file.startsWith('/') ? shownPath(file, context.cwd) : file;
  const blocks = policies.map((one) => policyBlock(one, shown, context));
  if (advice !== undefined) blocks.push(`${adviceLines(advice, context).join('\n')}\n`);
  return blocks.join('\n');
}

function policyBlock({ at, refusal, policy, remarks }: LintedPolicy, file: string, context: DiagnosticContext): string {
  const { paint, columns } = context;
  const name = at === '' ? file : `${file}, ${at}`;
  // The place of a policy within others may be as long as a line.
  const head = (what: string, verdict: string, rest: string): readonly string[] => {
    const long = width(`${what}: ${verdict}${rest}`) > columns;
    return long ? [`${paint.bold(what)}:`, `  ${verdict}${rest}`] : [`${paint.bold(what)}: ${verdict}${rest}`];
  };
  const lines =
    refusal === null
      ? head(name, paint.green('ECR takes it'), `, ${count(policy?.rules.length ?? 0, 'rule')}; ${tally(remarks)}`)
      : [
          ...head(name, paint.red('ECR refuses it'), `; ${tally(remarks)}`),
          ...refusal.split('\n').flatMap((line) => hang('  ', line, columns, paint.dim)),
        ];
  // The printer counts errors and warnings itself; here the head has said it already.
  const found = remarks.map((one) => printDiagnostics([one], context)).join('\n');
  return `${lines.join('\n')}\n${found === '' ? '' : `\n${found}`}`;
}

/** `1 error, 2 warnings and 1 remark`. */
export function tally(found: readonly Diagnostic[]): string {
  const of = (severity: Diagnostic['severity']) => found.filter((one) => one.severity === severity).length;
  const parts = [
    [of('error'), 'error'],
    [of('warning'), 'warning'],
    [of('info'), 'remark'],
  ] as const;
  const told = parts.filter(([number]) => number > 0).map(([number, noun]) => count(number, noun));
  return told.length === 0 ? 'nothing to say of it' : list(told);
}

function adviceLines({ keep, untaggedDays, reasons }: RetentionAdvice, { paint, columns }: Canvas): readonly string[] {
  const head = `advice: keep ${count(keep, 'image')} of what is deployed, and untagged ones for ${count(untaggedDays, 'day')}`;
  return [paint.bold(head), ...reasons.flatMap((reason) => hang('  ', reason, columns))];
}
