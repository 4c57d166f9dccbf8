// Writes what the commands of docs/guides/who-can.md print; with --check, says whether it is current.
import { Folder } from '../src/cli/testing/harness.js';
import { writeParts } from './page-parts.js';
import { details, manifest } from './who-can-guide/world.js';

const folder = new Folder();
folder.write('slipway.yaml', manifest);
folder.write('iam.json', JSON.stringify(details));

/** The part's name, and the command that makes it. */
const commands = {
  table: 'who-can pull --offline --iam iam.json',
  one: 'who-can pull worker --offline --iam iam.json',
  as: 'who-can push api --as role/ci --offline --iam iam.json',
  conditions: 'who-can delete api --as role/admin --offline --iam iam.json',
};

async function printed(command: string): Promise<string> {
  const { stdout, stderr } = await folder.run(command.split(' '));
  if (stderr !== '') throw new Error(`${command}: ${stderr}`);
  return `\`\`\`text\n$ slipway ${command}\n${stdout}\`\`\``;
}

const parts = new Map<string, string>();
for (const [name, command] of Object.entries(commands)) parts.set(name, await printed(command));
folder.remove();
writeParts('docs/guides/who-can.md', {
  ...Object.fromEntries([...parts].map(([name, text]) => [name, () => text])),
  manifest: () => `\`\`\`yaml\n${manifest}\`\`\``,
});
