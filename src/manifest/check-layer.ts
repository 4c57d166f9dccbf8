// Checks what one place of the manifest states by itself: fields that contradict each other, tags, grantees.
// It must not know other places, layers or environments.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { Stated } from './parts.js';
import { codePoints, quoted } from './rules.js';
import { entryOf, isNull, type Place, rangeOf, spotOf, type Tree, type TreeEntry, valueAt } from './tree.js';

export type LayerPlace = 'defaults' | 'repository' | 'override';

/** Services that run images and fetch them with a role (ECS, EKS and EC2 user guides). */
const pulledByRole: Readonly<Record<string, string>> = {
  ecs: 'ECS pulls as the task execution role; name that role, for instance `role:arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
  'ecs-tasks':
    'ECS pulls as the task execution role; name that role, for instance `role:arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
  ec2: 'EC2 pulls as the role of the instance; name that role',
  eks: 'EKS pulls as the role of the node; name that role',
  'eks-fargate-pods': 'EKS on Fargate pulls as the pod execution role; name that role',
};

/** AWS tagging: letters, numbers and spaces of any script, and these signs. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** ECR API reference, ImageTagMutabilityExclusionFilter. */
const maxWildcards = 2;

class LayerCheck {
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[]) {
    this.#problems = problems;
  }

  #report(code: DiagnosticCode, message: string, place: Place, mend?: string): void {
    this.#problems.push(diagnostic(code, message, { range: rangeOf(place), ...(mend === undefined ? {} : { mend }) }));
  }

  /** Fields that are about one repository, in a place that is not. */
  #place(tree: Tree | undefined, place: LayerPlace): void {
    const grants = entryOf(valueAt(tree, 'access'), 'grants');
    if (place !== 'defaults' && grants?.value.kind === 'list' && grants.value.items.length > 0) {
      const mend =
        'put the grantees into the lists of access here, or the grants into `access` of the project or environment';
      this.#report(
        'manifest/field-not-here',
        'grants by pattern cannot stand in one repository',
        grants.keyPlace,
        mend,
      );
    }
    const misplaced =
      place === 'defaults'
        ? ['repositoryName', 'environments', 'region']
        : place === 'override'
          ? ['environments']
          : [];
    for (const name of misplaced) {
      const entry = entryOf(tree, name);
      if (entry === undefined || isNull(entry.value)) continue;
      const where = place === 'defaults' ? 'repositoryDefaults' : "an environment's own settings";
      this.#report('manifest/field-not-here', `${name} cannot stand in ${where}`, entry.keyPlace);
    }
  }

  spec(stated: Stated, place: LayerPlace): void {
    const { values, tree } = stated;
    this.#place(tree, place);
    const key = entryOf(tree, 'kmsKeyId');
    if (key !== undefined && values['encryptionType'] === 'AES256' && !isNull(key.value)) {
      this.#report(
        'manifest/kms-key-without-kms',
        'kmsKeyId does not go with encryptionType AES256',
        key.keyPlace,
        'set encryptionType to KMS, or remove kmsKeyId',
      );
    }
    for (const [list, when] of [
      ['mutableTagPatterns', false],
      ['immutableTagPatterns', true],
    ] as const) {
      const entry = entryOf(tree, list);
      if (entry === undefined || entry.value.kind !== 'list' || entry.value.items.length === 0) continue;
      if (values['imageImmutable'] === when) {
        const other = when ? 'mutableTagPatterns' : 'immutableTagPatterns';
        this.#report(
          'manifest/tag-patterns-contradict',
          `${list} do not go with imageImmutable: ${String(when)}`,
          entry.keyPlace,
          `use ${other}, or set imageImmutable to ${String(!when)}`,
        );
      }
      for (const item of entry.value.items) {
        const pattern = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : '';
        const count = pattern.split('*').length - 1;
        if (count > maxWildcards)
          this.#report(
            'manifest/too-many-wildcards',
            `${quoted(pattern)} has ${count} wildcards; ECR takes at most ${maxWildcards}`,
            item,
          );
      }
    }
    this.#lifecycle(entryOf(tree, 'lifecyclePolicy')?.value);
    this.common(stated);
  }

  #lifecycle(tree: Tree | undefined): void {
    if (tree?.kind !== 'map') return;
    const given = tree.entries.filter((entry) => !isNull(entry.value));
    const none = given.find(
      (entry) => entry.key === 'none' && entry.value.kind === 'scalar' && entry.value.value === true,
    );
    const rules = given.find((entry) => entry.key === 'rules');
    const alone = none ?? rules;
    const other = given.find((entry) => entry !== alone && entry.key !== 'none');
    if (alone !== undefined && other !== undefined) {
      this.#report(
        'manifest/lifecycle-alone',
        `${alone.key} stands alone: ${other.key} does not go with it`,
        other.keyPlace,
        `remove ${other.key}, or ${alone.key}`,
      );
    }
  }

  /** Tags and access, which every place may state. */
  common(stated: Stated): void {
    const tags = valueAt(stated.tree, 'tags');
    if (tags?.kind === 'map') for (const entry of tags.entries) this.#tag(entry);
    const access = valueAt(stated.tree, 'access');
    const grants = valueAt(access, 'grants');
    for (const holder of [access, ...(grants?.kind === 'list' ? grants.items : [])]) {
      for (const list of ['pull', 'push', 'pullAndPush', 'read', 'manage']) {
        const grantees = valueAt(holder, list);
        if (grantees?.kind === 'list') for (const one of grantees.items) this.#grantee(one);
      }
    }
    this.#statements(valueAt(access, 'statements'));
  }

  #tag(entry: TreeEntry): void {
    const { key, keyPlace, value } = entry;
    const length = codePoints(key);
    const prefix = key.toLowerCase().startsWith('aws:')
      ? 'aws:'
      : key.toLowerCase().startsWith('slipway:')
        ? 'slipway:'
        : undefined;
    if (prefix !== undefined)
      this.#report(
        'manifest/reserved-tag',
        `the tag key ${quoted(key)} begins with "${prefix}", which is reserved`,
        keyPlace,
      );
    else if (length < 1 || length > 128)
      this.#report(
        'manifest/bad-tag',
        `the tag key ${quoted(key)} has ${length} characters; AWS takes 1 to 128`,
        keyPlace,
      );
    else if (!tagText.test(key))
      this.#report('manifest/bad-tag', `the tag key ${quoted(key)} has characters AWS does not take`, keyPlace);
    if (value.kind !== 'scalar' || typeof value.value !== 'string') return;
    const size = codePoints(value.value);
    if (size > 256)
      this.#report(
        'manifest/bad-tag',
        `the value of tag ${quoted(key)} has ${size} characters; AWS takes at most 256`,
        value,
      );
    else if (!tagText.test(value.value))
      this.#report(
        'manifest/bad-tag',
        `the value ${quoted(value.value)} of tag ${quoted(key)} has characters AWS does not take`,
        value,
      );
  }

  #grantee(tree: Tree): void {
    const named = tree.kind === 'scalar' ? tree : valueAt(tree, 'service');
    if (named?.kind !== 'scalar' || typeof named.value !== 'string') return;
    if (tree.kind === 'scalar' && !named.value.startsWith('service:')) return;
    const service = named.value.replace(/^service:/, '').split('.')[0] ?? '';
    const mend = pulledByRole[service];
    if (mend !== undefined)
      this.#report('access/service-does-not-pull', `a grant to the service ${service} has no effect`, named, mend);
  }

  #statements(tree: Tree | undefined): void {
    if (tree?.kind !== 'list') return;
    const seen = new Set<string>();
    for (const item of tree.items) {
      const entry = entryOf(item, 'name');
      const name = entry?.value.kind === 'scalar' ? String(entry.value.value) : undefined;
      if (entry === undefined || name === undefined) continue;
      if (seen.has(name))
        this.#report(
          'manifest/duplicate-item',
          `two statements are named ${quoted(name)}`,
          spotOf(entry),
          'rename one of the two',
        );
      seen.add(name);
    }
  }
}

export function checkSpec(stated: Stated, place: LayerPlace, problems: Diagnostic[]): void {
  new LayerCheck(problems).spec(stated, place);
}

/** For what a project or environment says of all its repositories. */
export function checkCommon(stated: Stated, problems: Diagnostic[]): void {
  new LayerCheck(problems).common(stated);
}
