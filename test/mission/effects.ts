// What Terraform's own plan says that a module makes, as effects that two modules may have alike whatever they are called inside: each a line.
// It must not know whose module it is.
import { isDeepStrictEqual } from 'node:util';
import type { TerraformPlan } from '../support/terraform.js';

type Values = Readonly<Record<string, unknown>>;

export interface PlannedResource {
  /** `module.access.aws_kms_key.ecr`. */
  readonly address: string;
  readonly type: string;
  readonly values: Values;
}

interface Module {
  readonly resources?: readonly (PlannedResource & { readonly mode: 'managed' | 'data' })[];
  readonly child_modules?: readonly Module[];
}

/** Every resource of the plan, those of its modules too, as they will be. */
export function plannedResources({ planned_values }: TerraformPlan): readonly PlannedResource[] {
  const within = ({ resources = [], child_modules = [] }: Module): readonly PlannedResource[] => [
    ...resources.filter(({ mode }) => mode === 'managed'),
    ...child_modules.flatMap(within),
  ];
  return within((planned_values as { readonly root_module?: Module } | undefined)?.root_module ?? {});
}

/** Sorted. Throws for a resource of a type that it cannot tell the effects of. */
export function effectsOf(resources: readonly PlannedResource[]): readonly string[] {
  const keys = resources.filter(({ type }) => type === 'aws_kms_key').map(({ values }) => values['arn']);
  const effects = resources.flatMap(({ type, values }) => {
    const tell = readers[type];
    if (tell === undefined) throw new Error(`nothing is known of the effects of ${type}`);
    return tell(values, keys);
  });
  return [...new Set(effects)].sort();
}

type Reader = (values: Values, keys: readonly unknown[]) => readonly string[];

const readers: Readonly<Record<string, Reader>> = {
  aws_ecr_repository(values, keys) {
    const about = `repository ${text(values['name'])}`;
    const [encryption] = objects(values['encryption_configuration']);
    const [scanning] = objects(values['image_scanning_configuration']);
    const key = encryption?.['kms_key'];
    return [
      `${about}: tags ${text(values['image_tag_mutability'] ?? 'MUTABLE')}`,
      `${about}: scan on push ${text(scanning?.['scan_on_push'] ?? false)}`,
      `${about}: encrypted by ${text(encryption?.['encryption_type'] ?? 'AES256')}${keyOf(key, keys)}`,
      `${about}: deleted with images ${text(values['force_delete'] ?? false)}`,
      ...Object.entries((values['tags_all'] ?? {}) as Values).map(
        ([name, value]) => `${about}: tag ${name}=${text(value)}`,
      ),
    ];
  },
  aws_ecr_lifecycle_policy: (values) =>
    lifecycleRules(text(values['policy'])).map((rule) => `repository ${text(values['repository'])}: rule ${rule}`),
  aws_ecr_repository_policy: (values) =>
    policyEffects(text(values['policy'])).map((effect) => `repository ${text(values['repository'])}: ${effect}`),
  aws_kms_key: (values) => [
    `key: rotates ${text(values['enable_key_rotation'])}`,
    `key: deletable within ${text(values['deletion_window_in_days'])} days`,
    ...policyEffects(text(values['policy'])).map((effect) => `key: ${effect}`),
  ],
  aws_kms_alias: () => ['key: has an alias'],
  aws_iam_openid_connect_provider: (values) => [
    `provider ${text(values['url'])}`,
    ...list(values['client_id_list']).map((audience) => `provider: audience ${audience}`),
    ...list(values['thumbprint_list']).map((thumbprint) => `provider: thumbprint ${thumbprint}`),
  ],
  aws_iam_role: (values) => [
    `role: sessions of ${text(values['max_session_duration'])} s`,
    ...policyEffects(text(values['assume_role_policy'])).map((effect) => `role: trusts: ${effect}`),
  ],
  aws_iam_role_policy: (values) => policyEffects(text(values['policy'])).map((effect) => `role: ${effect}`),
  aws_iam_role_policy_attachment: (values) => [`role: attached ${text(values['policy_arn'])}`],
};

function keyOf(key: unknown, own: readonly unknown[]): string {
  if (key === undefined || key === null || key === '') return '';
  return own.some((arn) => isDeepStrictEqual(arn, key)) ? ' with a key of its own' : ` with ${text(key)}`;
}

/**
 * Each with its place among those that may act on the same image: one that is about untagged images never meets one about tagged ones.
 * A prefix is the pattern that ends in `*`.
 */
function lifecycleRules(policy: string): readonly string[] {
  const { rules } = JSON.parse(policy) as { readonly rules: readonly Rule[] };
  const inOrder = [...rules].sort((one, other) => one.rulePriority - other.rulePriority);
  const meet = inOrder.some(({ selection }) => selection.tagStatus === 'any');
  return inOrder.map((rule) => {
    const { selection, action } = rule;
    const met = inOrder.filter((other) => meet || other.selection.tagStatus === selection.tagStatus);
    const patterns = [
      ...(selection.tagPatternList ?? []),
      ...(selection.tagPrefixList ?? []).map((prefix) => `${prefix}*`),
    ];
    const selected = [selection.tagStatus, ...patterns.sort()].join(' ');
    const count = [selection.countType, selection.countNumber, ...list(selection.countUnit)].join(' ');
    return `${met.indexOf(rule) + 1}: ${action.type} ${selected}: ${count}`;
  });
}

interface Rule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: string;
    readonly tagPatternList?: readonly string[];
    readonly tagPrefixList?: readonly string[];
    readonly countType: string;
    readonly countNumber: number;
    readonly countUnit?: string;
  };
  readonly action: { readonly type: string };
}

/** Of a policy: a line for each principal, action and resource. Sids have no effect, and an account is its root. */
export function policyEffects(policy: string): readonly string[] {
  const { Statement } = JSON.parse(policy) as { readonly Statement: Values | readonly Values[] };
  return objects(Statement).flatMap((statement) => {
    const conditions = Object.entries((statement['Condition'] ?? {}) as Readonly<Record<string, Values>>).flatMap(
      ([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => `${operator} ${key} ${list(values).sort().join(' ')}`),
    );
    const when = conditions.length === 0 ? '' : ` if ${conditions.sort().join(' and ')}`;
    return principalsOf(statement['Principal']).flatMap((principal) =>
      list(statement['Action']).flatMap((action) =>
        (statement['Resource'] === undefined ? [''] : list(statement['Resource']).map((one) => ` on ${one}`)).map(
          (resource) => `${text(statement['Effect'])} ${principal}${action}${resource}${when}`,
        ),
      ),
    );
  });
}

function principalsOf(principal: unknown): readonly string[] {
  if (principal === undefined) return [''];
  if (typeof principal === 'string') return [`${principal} `];
  return Object.entries(principal as Values).flatMap(([kind, names]) =>
    list(names).map(
      (name) => `${kind === 'AWS' && name === '*' ? '*' : name.replace(/^(\d{12})$/, 'arn:aws:iam::$1:root')} `,
    ),
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function list(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(text);
}

function objects(value: unknown): readonly Values[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]) as readonly Values[];
}
