// What is wrong in a tree, reported where it stands.
// It must not know the table of messages, nor when something is wrong.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import { type Complaint, quoted } from './rules.js';
import { headOf, type Place, rangeOf, type Tree, textOf } from './tree.js';

function typeName(tree: Tree): string {
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'list') return 'a list';
  if (tree.value === null) return 'nothing';
  return typeof tree.value === 'string'
    ? `the string ${quoted(tree.value)}`
    : `the ${typeof tree.value} ${textOf(tree)}`;
}

export class Complaints {
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[]) {
    this.#problems = problems;
  }

  report(code: DiagnosticCode, text: string, place: Place, path: string, mend?: string): void {
    const details = { range: rangeOf(place), path, ...(mend === undefined ? {} : { mend }) };
    this.#problems.push(diagnostic(code, text, details));
  }

  /** A rule that a value breaks. */
  broken(complaint: Complaint, place: Place, path: string): void {
    this.report(complaint.code, complaint.message, place, path, complaint.mend);
  }

  wrongType(tree: Tree, wanted: string, path: string, label: string, mend?: string): void {
    // A map or list is shown by where it begins: all of it would be too much.
    this.report(
      'manifest/wrong-type',
      `${label} must be ${wanted}, not ${typeName(tree)}`,
      tree.kind === 'scalar' ? tree : headOf(tree),
      path,
      mend,
    );
  }
}
