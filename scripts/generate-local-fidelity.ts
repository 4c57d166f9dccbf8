// Writes the table of operations of docs/local-fidelity.md from the tables in the code; with --check, says whether it is current.
import { cloudFormationNotes } from '../src/local/cloudformation/fidelity.js';
import { resourceTypes } from '../src/local/cloudformation/resources/index.js';
import { cloudFormationOperations, unservedCloudFormation } from '../src/local/cloudformation/service.js';
import { operationNotes } from '../src/local/ecr/fidelity.js';
import { asyncEcrOperations, ecrOperations, unservedOperations } from '../src/local/ecr/service.js';
import { kmsNotes } from '../src/local/kms/fidelity.js';
import { kmsOperations, unservedKms } from '../src/local/kms/service.js';
import { table, writeParts } from './page-parts.js';

const served = [...new Set([...Object.keys(ecrOperations), ...Object.keys(asyncEcrOperations)])];
const all = [...served, ...Object.keys(unservedOperations)].sort();

/** Nothing is called: the operations are only counted. */
const cloudFormation = Object.keys(cloudFormationOperations(() => ({}))).sort();

function row(name: string): string[] {
  const reason = unservedOperations[name];
  return [name, reason === undefined ? 'yes' : `no: ${reason}`, operationNotes[name] ?? ''];
}

writeParts('docs/local-fidelity.md', {
  count: () =>
    `${served.length} of the ${all.length} operations of ECR’s API (@aws-sdk/client-ecr 3.1169.0) are served.`,
  operations: () => table(['operation', 'served', 'what to know'], all.map(row)),
  cloudformation: () =>
    [
      table(
        ['operation', 'what to know'],
        cloudFormation.map((name) => [name, cloudFormationNotes[name] ?? '']),
      ),
      `Not served: ${unservedCloudFormation.join(', ')}.`,
    ].join('\n\n'),
  types: () =>
    table(
      ['type', 'properties (those in bold make it anew)', '`Fn::GetAtt`'],
      [...resourceTypes.values()]
        .sort((one, other) => (one.type < other.type ? -1 : 1))
        .map(({ type, properties, attributes }) => [
          type,
          Object.entries(properties)
            .map(([name, { replaces }]) => (replaces === true ? `**${name}**` : name))
            .join(', '),
          attributes.join(', '),
        ]),
    ),
  kms: () =>
    [
      table(
        ['operation', 'what to know'],
        Object.keys(kmsOperations)
          .sort()
          .map((name) => [name, kmsNotes[name] ?? '']),
      ),
      `Not served: ${unservedKms.join(', ')}.`,
    ].join('\n\n'),
});
