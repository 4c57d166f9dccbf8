// A stack as a class of the app.
// It must not know what is in it.
import { call, code, docText, type Expression, literal, statement } from '../typescript.js';
import { type Imported, moduleText } from './module.js';

/** What the app makes. */
export interface StackModule {
  readonly className: string;
  /** In the app, and for people at the command line of the CDK. */
  readonly id: string;
  /** Of its file, in the app's folder. */
  readonly path: string;
  readonly text: string;
}

export interface StackContent {
  readonly className: string;
  readonly id: string;
  readonly path: string;
  /** Of the module. */
  readonly title: string;
  /** Of the class, for its JSDoc. */
  readonly summary: string;
  /** Of the constructor, beside the scope: `key: ProdKeyStack`. */
  readonly parameters?: readonly string[];
  /** Members of the class, above its constructor. */
  readonly members?: readonly string[];
  /** In the app, where that depends on a parameter. */
  readonly idOf?: Expression;
  /** What the stack is told. */
  readonly props: Readonly<Record<string, Expression | undefined>>;
  /** Whether it is told what all stacks of the environment are. */
  readonly inEnvironment: boolean;
  /** Each a statement or more, indented; an empty line stands between them. */
  readonly statements: readonly string[];
  readonly imported: readonly Imported[];
  /** Between the imports and the class. */
  readonly constants?: readonly string[];
}

export function stackModule(content: StackContent): StackModule {
  const { className, id, path, title, summary, parameters = [], members = [], constants = [] } = content;
  const shared = content.inEnvironment ? { '...': code('environment') } : {};
  const told = call('super', code('scope'), content.idOf ?? id, literal({ ...shared, ...content.props }));
  const body = `\
${constants.map((one) => `${one}\n\n`).join('')}\
/** ${docText(summary)} */
export class ${className} extends RegistryStack {
${members.map((one) => `  ${one}\n\n`).join('')}\
  constructor(${['scope: Construct', ...parameters].join(', ')}) {
${[statement(told, 2), ...content.statements].join('\n\n')}
  }
}
`;
  return { className, id, path, text: moduleText(title, body, content.imported) };
}

/** `new Thing(this, 'Id', {…})`. */
export function construct(
  name: string,
  id: string,
  props: Readonly<Record<string, Expression | undefined>>,
  comments: Readonly<Record<string, string>> = {},
): Expression {
  return call(`new ${name}`, code('this'), id, literal(props, comments));
}
