// The kinds of controllers as test/crds has them, as JSON Schema: strictly, so that a field nobody knows is a mistake and not left out.
// It must not know what any kind is for.
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Field {
  readonly type: string;
  readonly required: boolean;
}

interface Kind {
  readonly scope: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Fields of `spec` that a rule of the CRD asks for. */
  readonly needs: readonly string[];
}

/** As a cluster takes it: what stands in the YAML of one document. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

function kindsIn(file: string): readonly (readonly [string, Kind])[] {
  const [, ...blocks] = readFileSync(`test/crds/${file}`, 'utf8').trimEnd().split('\n\n');
  return blocks.map((block) => {
    const [head = '', ...lines] = block.split('\n');
    const [apiVersion = '', kind = '', scope = ''] = head.split(' ');
    const needs = lines.flatMap((line) => /^ {2}needs (\S+)$/.exec(line)?.slice(1, 2) ?? []);
    const fields = lines.flatMap((line): readonly (readonly [string, Field])[] => {
      const [, path = '', type = '', mark = ''] = /^ {2}(\S+): ([^!]+)(!?)$/.exec(line) ?? [];
      return path === '' ? [] : [[path, { type, required: mark === '!' }]];
    });
    if (fields.length + needs.length !== lines.length) throw new Error(`${file}: ${head} has lines of another form`);
    return [`${apiVersion} ${kind}`, { scope, fields: new Map(fields), needs }];
  });
}

const kinds = new Map([...kindsIn('ecr.txt'), ...kindsIn('companions.txt')]);

interface Schema {
  readonly [keyword: string]: unknown;
}

function schemaAt(path: string, fields: Kind['fields'], root: Field = { type: 'object', required: true }): Schema {
  const { type } = fields.get(path) ?? root;
  if (type.includes('|')) return { enum: type.split('|') };
  if (type === 'array') return { type, items: schemaAt(`${path}[]`, fields) };
  if (type !== 'object') return { type };
  if (fields.has(`${path}{}`)) return { type, additionalProperties: schemaAt(`${path}{}`, fields) };
  const prefix = path === '' ? '' : `${path}.`;
  const members = [...fields]
    .filter(([one]) => one.startsWith(prefix) && /^\w+$/.test(one.slice(prefix.length)))
    .map(([one, { required }]) => ({ name: one.slice(prefix.length), path: one, required }));
  return {
    type,
    properties: Object.fromEntries(members.map(({ name, path: one }) => [name, schemaAt(one, fields)])),
    required: members.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

/** Kubernetes, "Object Names and IDs", and "Annotations". */
const subdomain = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$';

function objectSchema({ fields, needs }: Kind): Schema {
  const spec = schemaAt('', fields);
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', pattern: subdomain, maxLength: 253 },
          annotations: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
      spec: {
        allOf: [
          spec,
          ...needs.map((need) => {
            const [parent = '', name = ''] = need.split('.');
            return { properties: { [parent]: { required: [name] } } };
          }),
        ],
      },
    },
  };
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const checks = new Map<string, ValidateFunction>();

/** What a cluster would refuse in the object, or leave out of it. */
export function problemsOf(object: ClusterObject): readonly string[] {
  const name = `${object.apiVersion} ${object.kind}`;
  const kind = kinds.get(name);
  if (kind === undefined) return [`there is no kind ${name}`];
  const check = checks.get(name) ?? ajv.compile(objectSchema(kind));
  checks.set(name, check);
  if (check(object)) return [];
  return (check.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${name}${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}
