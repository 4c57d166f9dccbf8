// What the stacks of an environment share: where they are, their tags, and what most of its repositories have alike.
// It must not know the stacks.
import { parsePolicy, type Statement } from '../../access/index.js';
import type { DesiredRegistry, Tags } from '../../registry/index.js';
import type { RepositoryPart } from '../cloudformation/repository.js';
import type { RenderedEnvironment, RenderedFile } from '../model.js';
import { most, sharedTags } from '../settings.js';
import { constant, literal } from '../typescript.js';
import { moduleText } from './module.js';
import { className } from './names.js';
import { imageRule, statementProps } from './values.js';

/** One registry of an environment, as the app has it. */
export interface Place {
  /** What the ids of its stacks begin with: `prod`, or `prod-us-east-1` for a registry in another Region. */
  readonly id: string;
  /** What the names of its classes begin with. */
  readonly prefix: string;
  /** `payments in prod`. */
  readonly title: string;
  /** Of its modules, with a slash at its end. */
  readonly folder: string;
  /** From there to the construct library. */
  readonly library: string;
  readonly desired: DesiredRegistry;
  readonly isProduction: boolean;
  /** What the app puts on everything in a stack. */
  readonly tags: Tags;
}

export function placeOf(project: string, environment: RenderedEnvironment, desired: DesiredRegistry): Place {
  const [home] = environment.registries;
  const isHome = home === undefined || home.desired === desired;
  const id = isHome ? environment.name : `${environment.name}--${desired.region}`;
  const companions = desired.companions.filter(({ kind }) => kind !== 'account').flatMap(({ resources }) => resources);
  return {
    id,
    prefix: className(id),
    title: `${project} in ${environment.name}${isHome ? '' : ` (${desired.region})`}`,
    folder: `lib/environments/${environment.name}/${isHome ? '' : `${desired.region}/`}`,
    library: isHome ? '../../registry' : '../../../registry',
    desired,
    isProduction: environment.preset === 'production',
    tags: sharedTags(environment.tags, [...desired.repositories, ...companions]),
  };
}

/** What many repositories have alike is written once: the texts by which those that have it are known. */
export interface Common {
  readonly rules: string | undefined;
  readonly access: string | undefined;
}

/** Of the whole policy, which with `--import` has statements of others in it. */
export function statementsOf({ resource }: RepositoryPart): readonly Statement[] {
  const { RepositoryPolicyText: text } = resource.Properties;
  return text === undefined ? [] : parsePolicy(JSON.stringify(text)).Statement;
}

export function environmentModule(
  { title, folder, library, desired, isProduction, tags }: Place,
  parts: readonly RepositoryPart[],
): { readonly file: RenderedFile; readonly common: Common } {
  const rules = most(
    parts.flatMap(({ repository: { lifecyclePolicy } }) => (lifecyclePolicy ? [lifecyclePolicy.rules] : [])),
  );
  const access = most(parts.map(statementsOf).filter((one) => one.length > 0));
  const { account, region } = desired;
  const body = [
    `/** Where it is, and what all of its stacks are told. */\n${constant(
      'export const environment: RegistryStackProps',
      literal({
        env: literal({ account, region }),
        terminationProtection: isProduction ? true : undefined,
        resourceTags: literal(tags),
      }),
    )}`,
    ...(rules === undefined
      ? []
      : [
          `/** Which images go, in most repositories. */\n${constant('export const lifecycleRules: readonly ImageRule[]', rules.map(imageRule))}`,
        ]),
    ...(access === undefined
      ? []
      : [
          `/** Who may do what, in most repositories. */\n${constant(
            'export const access: readonly iam.PolicyStatementProps[]',
            access.map((one) => statementProps(one)),
          )}`,
        ]),
  ];
  const names = [...(rules === undefined ? [] : ['type ImageRule']), 'type RegistryStackProps'];
  return {
    file: {
      path: `${folder}environment.ts`,
      text: moduleText(`${title}: account ${account}, ${region}.`, `${body.join('\n\n')}\n`, [
        { module: library, names },
      ]),
    },
    common: { rules: rules && JSON.stringify(rules), access: access && JSON.stringify(access) },
  };
}
