// Objects of a cluster as the text of files: YAML documents with comments.
// It must not know any target, nor what the objects are for.
import { type Yaml, yamlText } from '../yaml.js';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, Yaml>>;
  /** Above a member, by its path in the document: `metadata/annotations/KEY`, `spec/policy`. */
  readonly comments?: Readonly<Record<string, string>>;
}

/** One document for each object, with a comment above all of them. */
export function objectsText(head: string, objects: readonly KubernetesObject[]): string {
  return objects
    .map((object, index) =>
      yamlText(documentOf(object), {
        comments: new Map([...(index === 0 ? [['', head] as const] : []), ...Object.entries(object.comments ?? {})]),
      }),
    )
    .join('---\n');
}

function documentOf({ apiVersion, kind, name, annotations, spec }: KubernetesObject): Yaml {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec,
  };
}
