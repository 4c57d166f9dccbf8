// Folders of objects, each with its kustomization, and the page that says how they are put to use.
// It must not know what the objects are, nor which controller keeps them.
import type { RenderedFile } from '../model.js';
import { type Yaml, yamlText } from '../yaml.js';
import { type KubernetesObject, objectsText } from './objects.js';

export interface ObjectFile {
  /** Within the folder. */
  readonly path: string;
  /** What is in it, and where: `payments/api in prod: account 222222222222, eu-west-1`. */
  readonly title: string;
  readonly objects: readonly KubernetesObject[];
}

export interface ObjectFolder {
  readonly path: string;
  /** `payments in prod: account 222222222222, eu-west-1`. */
  readonly title: string;
  /** For the table of folders. */
  readonly what: string;
  /** On all of its objects. */
  readonly labels: Readonly<Record<string, string>>;
  readonly files: readonly ObjectFile[];
}

export interface FolderOptions {
  /** `slipway render ack`. */
  readonly command: string;
  /** Empty: that of whoever applies them. */
  readonly namespace: string;
}

export function folderFiles(folder: ObjectFolder, options: FolderOptions): readonly RenderedFile[] {
  const head = (title: string) => `${title}.\n${byWhom(options)}`;
  const files = folder.files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const kustomization: Yaml = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...(options.namespace === '' ? {} : { namespace: options.namespace }),
    labels: [{ pairs: folder.labels }],
    resources: files.map(({ path }) => path),
  };
  const comments = new Map([['', head(folder.title)]]);
  return [
    { path: `${folder.path}/kustomization.yaml`, text: yamlText(kustomization, { comments }) },
    ...files.map(({ path, title, objects }) => ({
      path: `${folder.path}/${path}`,
      text: objectsText(head(title), objects),
    })),
  ];
}

function byWhom({ command }: FolderOptions): string {
  return `Written by \`${command}\`: change slipway.yaml and render again, rather than this file.`;
}

export function applyCommand({ path }: ObjectFolder): string {
  return `kubectl apply -k ${path}`;
}

/** `needs`: what has to be in the cluster before; `notes`: what a reader has to know, in sentences. */
export function readmeText(
  project: string,
  folders: readonly ObjectFolder[],
  { command }: FolderOptions,
  { needs, notes }: { readonly needs: readonly string[]; readonly notes: readonly string[] },
): string {
  const list = (items: readonly string[]) => items.map((one) => `- ${one}`).join('\n');
  return `\
# The registries of ${project}

Written by \`${command}\`. The manifest, slipway.yaml, is the source: change that, render again, and review the difference.

| folder | what it is |
| --- | --- |
${folders.map(({ path, what }) => `| \`${path}\` | ${what} |`).join('\n')}

The cluster has to have:

${list(needs)}

In this order:

\`\`\`sh
${folders.map(applyCommand).join('\n')}
\`\`\`

${list(notes)}
`;
}
