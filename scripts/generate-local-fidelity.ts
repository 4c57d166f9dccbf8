// Writes the table of operations of docs/local-fidelity.md from the tables in the code; with --check, says whether it is current.
import { operationNotes } from '../src/local/ecr/fidelity.js';
import { asyncEcrOperations, ecrOperations, unservedOperations } from '../src/local/ecr/service.js';
import { kmsNotes } from '../src/local/kms/fidelity.js';
import { kmsOperations, unservedKms } from '../src/local/kms/service.js';
import { table, writeParts } from './page-parts.js';

const served = [...new Set([...Object.keys(ecrOperations), ...Object.keys(asyncEcrOperations)])];
const all = [...served, ...Object.keys(unservedOperations)].sort();

function row(name: string): string[] {
  const reason = unservedOperations[name];
  return [name, reason === undefined ? 'yes' : `no: ${reason}`, operationNotes[name] ?? ''];
}

writeParts('docs/local-fidelity.md', {
  count: () =>
    `${served.length} of the ${all.length} operations of ECR’s API (@aws-sdk/client-ecr 3.1169.0) are served.`,
  operations: () => table(['operation', 'served', 'what to know'], all.map(row)),
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
