// The repositories in a template of CloudFormation, JSON or YAML, as far as it says them without running: parameters by their defaults.
// It must not know manifests.
import { parseDocument, type Tags as YamlTags } from 'yaml';
import { type Diagnostic, diagnostic, fail } from '../diagnostics/index.js';
import { canonicalEncryption } from '../registry/index.js';
import { type Fields, fieldsOf, isFields, textOf } from './json.js';
import { type Found, type FoundRepository, mutabilityOf } from './model.js';

/** The short forms of YAML as the long ones of JSON (template reference, "Intrinsic function reference"). */
const shortForms: YamlTags = [
  'Ref',
  'Condition',
  'Sub',
  'GetAtt',
  'Join',
  'Select',
  'Split',
  'If',
  'ImportValue',
  'FindInMap',
  'Base64',
  'Cidr',
  'GetAZs',
  'Equals',
  'And',
  'Or',
  'Not',
  'Transform',
].flatMap((name) => {
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const tag = `!${name}`;
  return [
    { tag, resolve: (text: string) => ({ [key]: text }) },
    { tag, collection: 'seq' as const, resolve: (node: { toJSON(): unknown }) => ({ [key]: node.toJSON() }) },
    { tag, collection: 'map' as const, resolve: (node: { toJSON(): unknown }) => ({ [key]: node.toJSON() }) },
  ];
});

/** What a template leaves open: the account and Region of a stack, and parameters that are given at deployment. */
export interface TemplateContext {
  readonly account?: string;
  readonly region?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Properties that are read as a whole or not at all. */
const whole = ['RepositoryPolicyText', 'LifecyclePolicy'];

/** Throws where the text is no template. */
export function readCloudFormation(text: string, context: TemplateContext = {}): Found {
  const template = parse(text);
  const resources = template['Resources'];
  if (!isFields(resources)) {
    fail('adopt/not-readable', 'there is no template of CloudFormation in it: it has no Resources', {
      mend: 'give a template in JSON or YAML; for a state or plan of Terraform add `--from terraform`',
    });
  }
  const known = knownValues(template, context);
  const diagnostics: Diagnostic[] = [];
  const repositories = Object.entries(resources).flatMap(([id, value]): FoundRepository[] => {
    const { Type: type, Properties: raw, Condition: condition } = fieldsOf(value);
    if (typeof type !== 'string' || !type.startsWith('AWS::ECR::')) return [];
    const from = `Resources.${id}`;
    if (type !== 'AWS::ECR::Repository') {
      diagnostics.push(diagnostic('adopt/left-out', `${from} (${type}) is not taken over`));
      return [];
    }
    if (condition !== undefined) {
      diagnostics.push(
        diagnostic('adopt/conditional', `${from} is made only under the condition ${textOf(condition) ?? ''}`),
      );
    }
    const open: string[] = [];
    const settled = fieldsOf(settle(raw, known, 'Properties', open));
    // A policy without one of its parts is another policy: without a condition it may be open to everyone.
    const unknown = whole.filter((property) => open.some((path) => path.startsWith(`Properties.${property}.`)));
    const properties = Object.fromEntries(Object.entries(settled).filter(([property]) => !unknown.includes(property)));
    for (const path of open)
      diagnostics.push(diagnostic('adopt/unknown-value', `${from}.${path} is known only to the stack`));
    const name = textOf(properties['RepositoryName']);
    if (name === undefined) {
      diagnostics.push(diagnostic('adopt/unknown-value', `the name of ${from} is given by CloudFormation`));
      return [];
    }
    return [repositoryOf(name, from, properties, context, (problem) => diagnostics.push(problem))];
  });
  return { repositories, diagnostics };
}

function repositoryOf(
  name: string,
  from: string,
  properties: Fields,
  context: TemplateContext,
  report: (problem: Diagnostic) => void,
): FoundRepository {
  const { account, region } = context;
  const encryption = fieldsOf(properties['EncryptionConfiguration']);
  const type = textOf(encryption['EncryptionType']);
  const kmsKey = textOf(encryption['KmsKey']);
  const filters = properties['ImageTagMutabilityExclusionFilters'];
  const lifecyclePolicy = textOf(fieldsOf(properties['LifecyclePolicy'])['LifecyclePolicyText']);
  const repositoryPolicy = policyText(properties['RepositoryPolicyText']);
  const scan = fieldsOf(properties['ImageScanningConfiguration'])['ScanOnPush'];
  return {
    name,
    from,
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    tagMutability: mutabilityOf(
      properties['ImageTagMutability'],
      (Array.isArray(filters) ? filters : []).flatMap(
        (one) => textOf(fieldsOf(one)['ImageTagMutabilityExclusionFilterValue']) ?? [],
      ),
      from,
      report,
    ),
    encryption: canonicalEncryption({
      type: type === 'KMS' || type === 'KMS_DSSE' ? type : 'AES256',
      ...(kmsKey === undefined ? {} : { kmsKey }),
    }),
    scanOnPush: isTrue(scan),
    forceDelete: isTrue(properties['EmptyOnDelete']),
    tags: Object.fromEntries(
      (Array.isArray(properties['Tags']) ? properties['Tags'] : []).flatMap((one): [string, string][] => {
        const { Key: key, Value: value } = fieldsOf(one);
        return typeof key === 'string' && ['string', 'number', 'boolean'].includes(typeof value)
          ? [[key, String(value)]]
          : [];
      }),
    ),
    ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
    ...(repositoryPolicy === undefined ? {} : { repositoryPolicy }),
  };
}

/** CloudFormation takes `"true"` for true. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** The property takes a document or its text. */
function policyText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isFields(value) ? JSON.stringify(value) : undefined;
}

/** What `Ref` and `Sub` may name and is known beforehand. */
function knownValues(
  template: Fields,
  { account, region, parameters = {} }: TemplateContext,
): ReadonlyMap<string, string> {
  const partition =
    region === undefined
      ? undefined
      : region.startsWith('cn-')
        ? 'aws-cn'
        : region.startsWith('us-gov-')
          ? 'aws-us-gov'
          : 'aws';
  const pseudo = { 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::Partition': partition };
  const defaults = Object.entries(fieldsOf(template['Parameters'])).map(([name, one]): [string, unknown] => [
    name,
    parameters[name] ?? fieldsOf(one)['Default'],
  ]);
  const all: readonly [string, unknown][] = [...Object.entries(pseudo), ...defaults];
  return new Map(
    all.flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [],
    ),
  );
}

/** Intrinsic functions by their values; what needs a stack is left out, and its path is kept. */
function settle(value: unknown, known: ReadonlyMap<string, string>, path: string, open: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((one, index) => settle(one, known, `${path}.${index}`, open)).filter((one) => one !== undefined);
  }
  if (!isFields(value)) return value;
  const [[key, argument] = ['', undefined], ...rest] = Object.entries(value);
  if (rest.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    const settled = callOf(key, argument, known);
    if (settled === undefined) open.push(path);
    return settled;
  }
  const entries = Object.entries(value).map(
    ([name, one]) => [name, settle(one, known, `${path}.${name}`, open)] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function callOf(name: string, argument: unknown, known: ReadonlyMap<string, string>): string | undefined {
  if (name === 'Ref') return known.get(String(argument));
  if (name === 'Fn::Sub') return substituted(argument, known);
  if (name !== 'Fn::Join' || !Array.isArray(argument)) return undefined;
  const [separator, parts] = argument as readonly unknown[];
  const open: string[] = [];
  const settled = settle(parts, known, '', open);
  return open.length === 0 && Array.isArray(settled) ? settled.map(String).join(String(separator)) : undefined;
}

function substituted(argument: unknown, known: ReadonlyMap<string, string>): string | undefined {
  const [template, more] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument, {}];
  if (typeof template !== 'string') return undefined;
  const open: string[] = [];
  const own = fieldsOf(settle(more, known, '', open));
  const text = template.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const value = textOf(own[name]) ?? known.get(name);
    if (value === undefined) open.push(name);
    return value ?? '';
  });
  return open.length === 0 ? text : undefined;
}

function parse(text: string): Fields {
  const document = parseDocument(text, { customTags: shortForms, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    fail('adopt/not-readable', `the template cannot be read: ${problem.message.split('\n')[0]?.replace(/:$/, '')}`, {
      mend: 'give a template of CloudFormation, in JSON or YAML',
    });
  }
  return fieldsOf(document.toJS());
}
