// A stack of companions as a template: the same stack gives the same bytes.
// It must not know what is live, nor how a template is deployed.
import type { Companion, CompanionKind, CompanionStack } from '../../registry/companions/model.js';
import type { Place } from '../../registry/index.js';
import { encryptionKeyPart } from './encryption-key.js';
import type { Part, Template, TemplateOutput, TemplateResource } from './model.js';
import { oidcProviderPart } from './oidc-provider.js';
import { rolePart } from './role.js';

type Renderers = {
  readonly [Kind in CompanionKind]: (companion: Extract<Companion, { kind: Kind }>, place: Place) => Part;
};

const renderers: Renderers = {
  'oidc-provider': oidcProviderPart,
  'encryption-key': encryptionKeyPart,
  'ci-role': rolePart,
  'pull-role': rolePart,
};

/** The renderer and the companion agree in kind, which the compiler cannot see through a table. */
function partOf<Kind extends CompanionKind>(
  kind: Kind,
  companion: Extract<Companion, { kind: Kind }>,
  place: Place,
): Part {
  return renderers[kind](companion, place);
}

/** `undefined` where the stack would hold nothing, which CloudFormation refuses. */
export function templateOf({ description, resources }: CompanionStack, place: Place): Template | undefined {
  const parts = resources.map((companion) => partOf(companion.kind, companion, place));
  if (parts.length === 0) return undefined;
  const outputs = merged(parts.map((part) => part.outputs));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: description,
    Resources: merged<TemplateResource>(parts.map((part) => part.resources)),
    ...(Object.keys(outputs).length === 0 ? {} : { Outputs: outputs }),
  };
}

function merged<T extends TemplateResource | TemplateOutput>(
  all: readonly Readonly<Record<string, T>>[],
): Readonly<Record<string, T>> {
  const entries = all.flatMap((one) => Object.entries(one));
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
}

/** As it is handed to CloudFormation and written to files. */
export function templateText(template: Template): string {
  return `${JSON.stringify(template, null, 2)}\n`;
}
