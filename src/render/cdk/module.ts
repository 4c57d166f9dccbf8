// A TypeScript module of the app: its head, what it imports, and what it says.
// It must not know what that is.
import { docText } from '../typescript.js';

/** What comes out of packages, by what code that needs it says. */
const packages: readonly (readonly [needs: RegExp, line: string])[] = [
  [/\bDuration\.days\(|\bDuration\.minutes\(/, "import { Duration } from 'aws-cdk-lib';"],
  [/\becr\.Tag(Status|Mutability)\./, "import * as ecr from 'aws-cdk-lib/aws-ecr';"],
  [/\bnew iam\.|\biam\.(Effect|PolicyStatementProps)\b/, "import * as iam from 'aws-cdk-lib/aws-iam';"],
  [/\bscope: Construct\b/, "import type { Construct } from 'constructs';"],
];

/** Names out of other modules of the app; a type with `type ` before it. */
export interface Imported {
  readonly module: string;
  readonly names: readonly string[];
}

export function moduleText(title: string, body: string, imported: readonly Imported[]): string {
  const imports = [
    ...packages.flatMap(([needs, line]) => (needs.test(body) ? [line] : [])),
    ...imported.filter(({ names }) => names.length > 0).map((one) => importLine(one)),
  ];
  return `\
// ${docText(title)}
// Written by \`slipway render cdk\`: change slipway.yaml and render again, rather than this file.
${imports.map((line) => `${line}\n`).join('')}
${body}`;
}

function importLine({ module, names }: Imported, keyword = 'import'): string {
  if (names.every((name) => name.startsWith('type '))) {
    return importLine({ module, names: names.map((name) => name.slice('type '.length)) }, 'import type');
  }
  const short = `${keyword} { ${names.join(', ')} } from '${module}';`;
  return short.length <= 100
    ? short
    : `${keyword} {\n${names.map((name) => `  ${name},\n`).join('')}} from '${module}';`;
}
