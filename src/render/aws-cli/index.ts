// Environments as scripts of the AWS CLI, with the policies beside them, and the shell that all of them use.
// It must not know what is live, nor where the files go.
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import type { RenderedFile, Renderer } from '../model.js';
import { shell } from './gen/shell.js';
import { scriptOf } from './script.js';
import type { awsCliTarget } from './target.js';

export const renderAwsCli: Renderer<typeof awsCliTarget.options> = ({ project, environments }) => {
  const registries = environments.flatMap(({ name, registries: all }) =>
    all
      .filter(({ desired }) => desired.replicaOf === undefined)
      .map(({ desired }) => ({
        folder: name,
        desired,
        replicas: all.flatMap((one) => (one.desired.replicaOf === undefined ? [] : [one.desired])),
      })),
  );
  const files = registries.flatMap(({ folder, desired, replicas }): RenderedFile[] => {
    const { text, documents } = scriptOf(desired, replicas, `${project} in ${folder}`);
    return [
      { path: `${folder}/apply.sh`, text, executable: true },
      ...documents.map((document) => ({ path: `${folder}/${document.path}`, text: document.text })),
    ];
  });
  const common = Object.entries(shell).map(([name, lines]) => ({ path: `lib/${name}`, text: `${lines.join('\n')}\n` }));
  return {
    files: [...common, ...files].sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: registries.flatMap(({ desired }) => remarksOn(desired)),
    next: registries.map(({ folder }) => `./${folder}/apply.sh --dry-run`),
  };
};

function remarksOn({ owner, repositories }: DesiredRegistry): readonly Diagnostic[] {
  return repositories.flatMap(({ key, name, forceDelete }) =>
    forceDelete
      ? [
          diagnostic('render/never-deletes', `${owner.environment}: the script never deletes ${name}`, {
            path: `spec.repositories.${key}.forceDelete`,
          }),
        ]
      : [],
  );
}
