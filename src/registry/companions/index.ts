// All kinds of companions, and the stacks they come to. To add a kind: its type in model.ts, a file of its own, a row here, and a file
// for each target in render/; the compiler names what is missing.
// It must not know what any kind is made of, nor targets.
import type { CiAccess } from '../../access/index.js';
import { type Diagnostic, diagnostic, type SourceRange } from '../../diagnostics/index.js';
import type { CompanionsSpec } from '../../manifest/project.js';
import type { DesiredRepository, Owner, Tags } from '../model.js';
import { byText } from '../normalise.js';
import { ownershipTags, projectTag } from '../ownership.js';
import type { Place } from '../place.js';
import { ciRole } from './ci-role.js';
import type { CompanionContext, CompanionDefinition, Neighbour } from './context.js';
import { encryptionKey } from './key.js';
import { type Companion, type CompanionKind, type CompanionStack, type StackKind, stackKinds } from './model.js';
import { oidcProvider } from './oidc-provider.js';
import { pullRole } from './pull-role.js';
import { roleProblems } from './role.js';

const definitions: { readonly [Kind in CompanionKind]: CompanionDefinition<Extract<Companion, { kind: Kind }>> } = {
  'oidc-provider': oidcProvider,
  'encryption-key': encryptionKey,
  'ci-role': ciRole,
  'pull-role': pullRole,
};

/** What the manifest says of companions. */
export interface CompanionSettings {
  readonly spec: CompanionsSpec;
  /** What all repositories of the environment are tagged with, ownership tags not among them. */
  readonly tags: Tags;
  /** The project's environments in the same account, this one among them, in the order of the manifest. */
  readonly neighbours: readonly Neighbour[];
  /** Other Regions that the environment's images are copied to. */
  readonly replicas: readonly string[];
  /** Where a path within the registry's document stands. */
  readonly locate: (path: string) => SourceRange | undefined;
}

interface Wanted {
  readonly owner: Owner;
  readonly place: Place;
  readonly repositories: readonly DesiredRepository[];
  readonly ciAccess: readonly CiAccess[];
}

/** The same manifest gives the same stacks, sorted. */
export function companionsOf(
  { owner, place, repositories, ciAccess }: Wanted,
  { spec, tags, neighbours, replicas, locate }: CompanionSettings,
): { readonly stacks: readonly CompanionStack[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const context: CompanionContext = {
    owner,
    place,
    spec,
    tags: { ...tags, ...ownershipTags(owner) },
    repositories,
    ciAccess,
    neighbours,
    replicas,
    report(path, message) {
      const range = locate(`companions.${path}`);
      const at = { path: `companions.${path}`, ...(range === undefined ? {} : { range }) };
      diagnostics.push(diagnostic('registry/bad-companion', message, at));
    },
  };
  const rows = Object.values(definitions);
  const stacks = stackKinds.flatMap((kind): CompanionStack[] => {
    const resources = rows
      .filter(({ stack }) => stack === kind)
      .flatMap(({ derive }): readonly Companion[] => derive(context))
      .sort((one, other) => byText(one.id, other.id));
    return resources.length === 0 ? [] : [{ ...stackOf(kind, context), resources }];
  });
  for (const one of stacks.flatMap(({ resources }) => resources)) {
    if (one.kind !== 'ci-role' && one.kind !== 'pull-role') continue;
    const path = one.kind === 'pull-role' ? `pullRoles.${one.key}` : 'roles';
    for (const problem of roleProblems(one)) context.report(path, problem);
  }
  return { stacks, diagnostics };
}

/** Names as CloudFormation takes them: letters, digits and `-`, at most 128 (API reference, CreateStack). Tags say whose a stack is. */
function stackOf(kind: StackKind, { owner, place, neighbours }: CompanionContext): Omit<CompanionStack, 'resources'> {
  const { project, environment } = owner;
  const of = `${project}-${environment}`;
  const own = { kind, region: place.region, tags: ownershipTags(owner), sharedWith: [] };
  switch (kind) {
    case 'account':
      return {
        kind,
        name: `slipway-account-${project}`,
        region: accountRegion(neighbours, place),
        description: `What the account has once for ${project}. Kept by Slipway`,
        tags: { [projectTag]: project },
        sharedWith: neighbours.flatMap(({ environment: name, issuers }) =>
          name !== environment && issuers.length > 0 ? [name] : [],
        ),
      };
    case 'key':
      return {
        ...own,
        name: `slipway-key-${of}`,
        description: `The key of ${project} in ${environment}. Kept by Slipway; images die with it`,
      };
    case 'environment':
      return {
        ...own,
        name: `slipway-${of}`,
        description: `Roles and more of ${project} in ${environment}. Kept by Slipway`,
      };
  }
}

/** What has no Region of its own is kept in one, the same for all environments of the account. */
function accountRegion(neighbours: readonly Neighbour[], place: Place): string {
  const said = neighbours.find(({ spec }) => spec.accountRegion !== undefined);
  return said?.spec.accountRegion ?? neighbours[0]?.region ?? place.region;
}
