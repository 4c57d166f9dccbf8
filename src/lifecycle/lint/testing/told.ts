// A good policy, and what the linter tells of a text in few words, for its tests.
// It must not know what the tests are about.
import { expect } from 'vitest';
import { validateLifecyclePolicyText } from '../../validate.js';
import { lintText } from '../text.js';

export const selection = {
  tagStatus: 'tagged',
  tagPatternList: ['*'],
  countType: 'imageCountMoreThan',
  countNumber: 30,
};
export const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
export const action = { type: 'expire' };
export const good = {
  rules: [
    { rulePriority: 1, selection: untagged, action },
    { rulePriority: 2, selection, action },
  ],
};
export const text = (...rules: unknown[]) => JSON.stringify({ rules }, null, 2);

/** `3:5 error wrong-type rules.0.selection.countNumber "10"`. */
export function brief(source: string): string[] {
  return lintText(source, 'policy.json').flatMap(({ remarks }) =>
    remarks.map(({ severity, code, range, path = '', text: quoted }) =>
      `${range.line}:${range.column} ${severity} ${code.slice('lifecycle/'.length)} ${path} ${quoted}`.trim(),
    ),
  );
}

export function messages(source: string): string[] {
  return lintText(source, 'policy.json').flatMap(({ remarks }) =>
    remarks.map(({ message, mend }) => `${message} | ${mend ?? ''}`),
  );
}

/** Whether an error is told exactly where ECR refuses. */
export function agrees(source: string): void {
  const [linted] = lintText(source, 'policy.json');
  const errors = linted?.remarks.filter(({ severity }) => severity === 'error') ?? [];
  const checked = validateLifecyclePolicyText(source);
  expect([source, errors.length > 0, linted?.policy === null]).toEqual([source, !checked.valid, !checked.valid]);
}
