// What grants can say: their words, whom a statement names in them, and whether words say exactly what a statement does.
// It must not guess: what words say is compiled, and compared.
import {
  type AccessContext,
  type AccessIntent,
  type AccessVerb,
  compileAccess,
  type Principal,
  type Statement,
} from '../access/index.js';
import { isSlipwayError } from '../diagnostics/index.js';
import { fieldsOf, isFields } from './json.js';

/** What grants may be worded with, the fewest words first. */
export const wordings = [
  { pull: ['pull'] },
  { push: ['push'] },
  { pullAndPush: ['pull', 'push'] },
  { read: ['read'] },
  { manage: ['manage'] },
  { pull: ['pull'], read: ['read'] },
  { push: ['push'], read: ['read'] },
  { pull: ['pull'], manage: ['manage'] },
  { push: ['push'], manage: ['manage'] },
  { pullAndPush: ['pull', 'push'], read: ['read'] },
  { pullAndPush: ['pull', 'push'], manage: ['manage'] },
] as const satisfies readonly Readonly<Record<string, readonly AccessVerb[]>>[];

export type Wording = (typeof wordings)[number];
/** The members of `access` in the manifest that grant. */
export const fields = ['pull', 'push', 'pullAndPush', 'read', 'manage'] as const;
export type Field = (typeof fields)[number];

export function fieldsOfWording(wording: Wording): readonly Field[] {
  return Object.keys(wording) as Field[];
}

export function intentOf(wording: Wording, principals: readonly Principal[]): AccessIntent {
  const verbs: readonly AccessVerb[] = Object.values(wording).flat();
  return { pull: [], push: [], ...Object.fromEntries(verbs.map((verb) => [verb, principals])), statements: [] };
}

/** None where the manifest may not say it. */
export function compiled(intent: AccessIntent, context: AccessContext): readonly Statement[] {
  try {
    return compileAccess(intent, { project: 'a', environment: 'a' }, context);
  } catch (error) {
    if (isSlipwayError(error)) return [];
    throw error;
  }
}

/** The one statement that an intent compiles to, without its Sid; none where it is several, or cannot be said. */
export function compiledAlone(intent: AccessIntent, context: AccessContext): Omit<Statement, 'Sid'> | undefined {
  const [only, ...more] = compiled(intent, context).map(({ Sid: _own, ...rest }) => rest);
  return more.length > 0 ? undefined : only;
}

/** `statement` canonical. */
export function saysTheSame(intent: AccessIntent, statement: Statement, context: AccessContext): boolean {
  const { Sid: _sid, ...wanted } = statement;
  return JSON.stringify(compiledAlone(intent, context)) === JSON.stringify(wanted);
}

export interface Question {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What a condition asks, all of which has to hold; what is no question of texts is left out. */
export function questionsOf(condition: unknown): readonly Question[] {
  return Object.entries(fieldsOf(condition)).flatMap(([operator, keys]) =>
    Object.entries(fieldsOf(keys)).flatMap(([key, value]): readonly Question[] => {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      return values.every((one) => typeof one === 'string') ? [{ operator, key, values }] : [];
    }),
  );
}

/** Whom grants could name, going by the principal and by conditions that grants write. None where a grant could not say it. */
export function principalsOf({ Principal: principal, Condition: condition }: Statement): readonly Principal[] {
  const values = (name: string): readonly string[] =>
    questionsOf(condition).flatMap((one) => (one.key.toLowerCase() === name ? one.values : []));
  if (principal === '*') {
    return [
      ...values('aws:principalorgid').map((id): Principal => ({ kind: 'org', id })),
      ...values('aws:principalorgpaths').flatMap((path): Principal[] => {
        const [organization, ...units] = path.split('/').filter((part) => part !== '' && part !== '*');
        const unit = units.at(-1);
        return organization === undefined || unit === undefined ? [] : [{ kind: 'ou', organization, unit }];
      }),
    ];
  }
  if (!isFields(principal)) return [];
  const named = [principal['AWS'] ?? []].flat().flatMap((one): Principal[] => {
    const [, account, kind] = /^arn:[^:]+:iam::(\d{12}):(root|role|user)(?:\/|$)/.exec(one) ?? [];
    if (account === undefined) return [];
    return [kind === 'root' ? { kind: 'account', account } : { kind: kind === 'role' ? 'role' : 'user', arn: one }];
  });
  const arns = values('aws:sourcearn');
  const accounts = values('aws:sourceaccount');
  const sources = (arns.length === 0 ? [undefined] : arns).flatMap((sourceArn) =>
    (accounts.length === 0 ? [undefined] : accounts).map((sourceAccount) => ({
      ...(sourceArn === undefined ? {} : { sourceArn }),
      ...(sourceAccount === undefined ? {} : { sourceAccount }),
    })),
  );
  const services = [principal['Service'] ?? []]
    .flat()
    .flatMap((service) => sources.map((source): Principal => ({ kind: 'service', service, ...source })));
  return [...named, ...services];
}

/** An ARN of which only the resource, and the Region of a function, may hold wildcards: these cannot reach into another part. */
const sourceArn = /^arn:[^:*?]+:(?:[^:*?]+:[^:*?]*:\d{12}:.+|lambda:[^:?]*:\d{12}:function:[^:]+)$/;

/**
 * The statement with its source as grants write it, `ArnLike`, where that asks the same: ArnEquals is another name for it, a text without
 * wildcards is equal to itself alone, and StringLike differs only where a `*` may reach over a colon (IAM user guide, "IAM JSON policy
 * elements: Condition operators", ARN condition operators).
 */
export function sourceAsArn(statement: Statement): Statement {
  const [only, ...more] = questionsOf(statement.Condition);
  if (only === undefined || more.length > 0 || only.key !== 'aws:SourceArn') return statement;
  const { operator, key, values } = only;
  const same =
    operator === 'ArnEquals' ||
    values.every(
      (one) => sourceArn.test(one) && (operator === 'StringLike' || (operator === 'StringEquals' && !/[*?]/.test(one))),
    );
  return same
    ? { ...statement, Condition: { ArnLike: { [key]: values.length === 1 ? (values[0] ?? '') : values } } }
    : statement;
}
