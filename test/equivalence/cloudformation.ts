// Rendered templates put to use as the folder says, stack by stack, with the SDK's client.
// It must not know what is in a template.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Rendering } from '../../src/render/index.js';
import type { Endpoint } from '../support/clients.js';
import { Stacks } from '../support/stacks.js';

function stacksAt({ endpoint, account, region }: Endpoint): Stacks {
  return new Stacks(
    new CloudFormationClient({ endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'local' } }),
  );
}

export interface RenderedStack {
  readonly name: string;
  readonly region: string;
  readonly template: string;
}

/** In the order of the script, or of the one command where there is no script. */
export function stacksOf({ files, next }: Rendering): readonly RenderedStack[] {
  const textOf = (path: string): string => {
    const found = files.find((file) => file.path === path);
    if (found === undefined) throw new Error(`there is no ${path}`);
    return found.text;
  };
  const script = files.find(({ path }) => path.endsWith('/deploy.sh'));
  if (script !== undefined) {
    const folder = script.path.slice(0, -'deploy.sh'.length);
    return [...script.text.matchAll(/^deploy (\S+) (\S+) (\S+)/gm)].map(([, name = '', file = '', region = '']) => ({
      name,
      region,
      template: textOf(`${folder}${file}`),
    }));
  }
  return next.flatMap((command) => {
    const [, name = '', file = '', region = ''] =
      /--stack-name (\S+) --template-file (\S+) --region (\S+)/.exec(command) ?? [];
    return name === '' ? [] : [{ name, region, template: textOf(file) }];
  });
}

/** Throws where a stack fails, in the words of its events. */
export async function deploy(at: Endpoint, rendered: readonly RenderedStack[]): Promise<void> {
  const regions = new Set(rendered.map((one) => one.region));
  const clients = new Map([...regions].map((region) => [region, stacksAt({ ...at, region })]));
  for (const { name, region, template } of rendered) {
    const stacks = clients.get(region);
    if (stacks === undefined) throw new Error(`nobody deploys to ${region}`);
    const made = await stacks.create(name, template, { Capabilities: ['CAPABILITY_NAMED_IAM'] });
    if (made.StackStatus !== 'CREATE_COMPLETE')
      throw new Error(`${name}: ${made.StackStatus}\n${(await stacks.events(name)).join('\n')}`);
  }
}
