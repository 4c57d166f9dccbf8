// What a reader of the folder wants to know first: what is where, and in which order it is applied.
// It must not know what is in the files.

export interface RootPaths {
  readonly bootstraps: readonly string[];
  readonly accounts: readonly string[];
  readonly environments: readonly string[];
  /** Of registries that several environments share. */
  readonly shared: readonly string[];
}

export function readmeText(project: string, { bootstraps, accounts, environments, shared }: RootPaths): string {
  const rows = [
    ...bootstraps.map((path) => [path, 'the bucket that the states of an account are kept in; applied once, by hand']),
    ...accounts.map((path) => [path, 'the identity providers of an account']),
    ...environments.map((path) => [path, 'the registry of an environment, as data']),
    ...shared.map((path) => [path, 'what a registry has once that several environments share']),
    ['modules/registry', 'how a registry is made, the same for all'],
  ];
  const commands = [...bootstraps, ...accounts, ...environments, ...shared].map(
    (path) => `terraform -chdir=${path} init\nterraform -chdir=${path} apply\n`,
  );
  return `\
# The registries of ${project}

Written by \`slipway render terraform\`. The manifest, slipway.yaml, is the source: change that, render again, and review the difference.

| folder | what it is |
| --- | --- |
${rows.map(([path = '', what = '']) => `| \`${path}\` | ${what} |`).join('\n')}

In this order; a root needs those above it:

\`\`\`sh
${commands.join('\n')}\`\`\`

Replicas of an environment are modules of its root, each with a provider for its Region. \`registry.tf\`, where there is one, holds what a registry has once: Terraform owns its policy and its replication
configuration as a whole, so that what somebody else writes into them is gone after the next apply.

Repositories that exist already are taken over by \`imports.tf\`, which \`slipway render terraform --import\` fills.
`;
}
