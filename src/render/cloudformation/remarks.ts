// What CloudFormation cannot say of a registry, or says otherwise.
// It must not know how a template is written.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../../diagnostics/index.js';
import { isKnown } from '../../registry/companions/model.js';
import type { DesiredRegistry, DesiredRepository } from '../../registry/index.js';
import type { LiveRegistry } from '../model.js';
import { subjectOf } from '../placed.js';
import { statementsOfOthers } from '../settings.js';
import { hasOtherEncryption } from './live.js';
import type { RepositoriesTemplate } from './repositories.js';

export function remarksOn(
  desired: DesiredRegistry,
  live: LiveRegistry | undefined,
  templates: readonly RepositoriesTemplate[],
): readonly Diagnostic[] {
  const { owner, repositories, replicaOf } = desired;
  const subject = subjectOf(desired);
  const remark = (code: DiagnosticCode, { key }: DesiredRepository, field: string, message: string) =>
    diagnostic(code, `${subject}: ${message}`, { path: `spec.repositories.${key}${field}` });
  const all = [
    ...repositories.flatMap((repository): Diagnostic[] => {
      const { name, lifecyclePolicy, encryption } = repository;
      const found = live?.observed.repositories.get(name);
      const others = found === undefined ? [] : statementsOfOthers(owner, found);
      const { kmsKey } = encryption;
      return [
        ...(lifecyclePolicy === undefined
          ? [
              remark(
                'render/unmanaged-lifecycle',
                repository,
                '.lifecyclePolicy',
                `CloudFormation takes away a lifecycle policy that somebody else gives ${name}`,
              ),
            ]
          : []),
        ...Object.entries(repository.tags).flatMap(([tag, value]) =>
          value !== ''
            ? []
            : [
                remark(
                  'render/empty-tag',
                  repository,
                  '.tags',
                  `${name} has the tag ${tag} without a value, which CloudFormation refuses`,
                ),
              ],
        ),
        ...(others.length === 0
          ? []
          : [
              remark(
                'render/whole-policy',
                repository,
                '.access',
                `the policy of ${name} has statements of others, ${others.map(({ Sid = 'without a Sid' }) => Sid).join(', ')}: they are in the template as they were found, and only because somebody looked`,
              ),
            ]),
        ...(kmsKey !== undefined && isKnown(kmsKey) && /(^|:)alias\//.test(kmsKey)
          ? [
              remark(
                'render/key-by-alias',
                repository,
                '.kmsKeyId',
                `${name} names its key by an alias, and CloudFormation will see drift`,
              ),
            ]
          : []),
        ...(found !== undefined && hasOtherEncryption(repository, found, desired, live)
          ? [
              remark(
                'render/replacement',
                repository,
                '.encryptionType',
                `${name} is encrypted otherwise: CloudFormation would replace it, and fail since its name is taken`,
              ),
            ]
          : []),
      ];
    }),
    ...templates.flatMap(({ file, outputs, parts }) =>
      outputs === 'all'
        ? []
        : [
            diagnostic(
              'render/outputs-left-out',
              `${subject}: ${file} has ${parts.length} repositories, and a template takes 200 outputs: ${outputs === 'uris' ? 'their ARNs are' : 'they are'} left out`,
            ),
          ],
    ),
  ];
  return replicaOf === undefined ? all : all.filter(({ code }) => isOfWhatIsLive.includes(code));
}

/** Of the rest, a replica has the same to say as the environment's own registry. */
const isOfWhatIsLive: readonly DiagnosticCode[] = ['render/whole-policy', 'render/replacement'];
