// What a registry has once as a stack of the app: its policy, and the rules by which ECR copies images to other Regions.
// It must not know repositories.
import type { ReplicationRule } from '../../registry/index.js';
import { hasRulesOfOthers, type RegistryTemplate, registryIds } from '../cloudformation/registry.js';
import { call, type Expression, literal, statement } from '../typescript.js';
import type { Place } from './environment.js';
import { construct, type StackModule, stackModule } from './stack.js';
import { statementProps } from './values.js';

export function settingsModule({ name, template, settings }: RegistryTemplate, place: Place): StackModule {
  const { prefix, id, title, folder, library, desired } = place;
  const { policy, replication } = settings;
  const rules = replication?.rules.map((one) => ruleOf(one, desired.account)) ?? [];
  const constructs = [
    ...(policy === undefined
      ? []
      : [
          construct('RegistryPolicy', registryIds.policy, {
            statements: policy.document.Statement.map((one) => statementProps(one)),
            shared: policy.others.length > 0 ? true : undefined,
          }),
        ]),
    ...(replication === undefined
      ? []
      : [
          construct('RegistryReplication', registryIds.replication, {
            rules,
            shared: hasRulesOfOthers(replication) ? true : undefined,
          }),
        ]),
  ];
  return stackModule({
    className: `${prefix}RegistryStack`,
    id: `${id}-registry`,
    path: `${folder}registry.ts`,
    title: `What the registry of ${title} has once.`,
    summary: `What the registry of ${title} has once: each is written whole, and what others add goes with its next change.`,
    props: { stackName: name, description: template.Description },
    inEnvironment: true,
    statements: constructs.map((one) => statement(one, 2)),
    imported: [
      { module: library, names: ['RegistryStack'] },
      {
        module: `${library}-settings`,
        names: [
          ...(policy === undefined ? [] : ['RegistryPolicy']),
          ...(replication === undefined ? [] : ['RegistryReplication', 'copyRule']),
        ],
      },
      { module: './environment', names: ['environment'] },
    ],
  });
}

function ruleOf({ destinations, repositoryFilters }: ReplicationRule, account: string): Expression {
  if (repositoryFilters !== undefined && destinations.every(({ registryId }) => registryId === account)) {
    return call(
      'copyRule',
      account,
      destinations.map(({ region }) => region),
      repositoryFilters.map(({ filter }) => filter),
    );
  }
  return literal({
    destinations: destinations.map(({ region, registryId }) => literal({ region, registryId })),
    repositoryFilters: repositoryFilters?.map(({ filter, filterType }) => literal({ filter, filterType })),
  });
}
