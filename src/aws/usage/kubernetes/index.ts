// What one cluster of Kubernetes runs, through a context of a kubeconfig.
// It must not know which images exist.
import { AwsFault } from '../../../plan/ports.js';
import { sideBySide } from '../../../plan/side-by-side.js';
import type { ReferenceContext, UsageSource } from '../../../plan/usage/index.js';
import { Caller } from '../../caller.js';
import type { ReaderOptions } from '../account.js';
import { Uses } from '../uses.js';
import { KubeClient } from './client.js';
import { credentialsOf } from './credentials.js';
import { KubeconfigError, readKubeconfig } from './kubeconfig.js';
import { collections } from './workloads.js';

export interface KubernetesOptions {
  /** Absolute paths; the first that names a thing wins. */
  readonly kubeconfigs: readonly string[];
  /** Whether they are the user's own: only then they may start programs and read tokens from files. */
  readonly trusted: boolean;
  readonly context: string;
  /** None: all of them. */
  readonly namespaces?: readonly string[];
  /** What programs that give credentials are started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function kubernetesSource(
  asked: KubernetesOptions,
  { clock, concurrency, ...options }: ReaderOptions,
  references: ReferenceContext = {},
): UsageSource {
  const { context, namespaces = [] } = asked;
  const where = namespaces.length === 0 ? '' : ` (${namespaces.join(', ')})`;
  const name = `Kubernetes ${context}${where}`;
  return {
    name,
    async read(signal) {
      const uses = new Uses(references);
      await uses.part(async () => {
        const client = await connect(
          asked,
          concurrency,
          new Caller({ ...options, clock, ...(signal === undefined ? {} : { signal }) }),
        );
        try {
          // A namespace that does not exist has empty lists: a misspelt one would make everything look unused.
          for (const one of namespaces)
            await uses.part(async () => void (await client.get(`/api/v1/namespaces/${one}`)));
          const lists = collections.flatMap((collection) =>
            (namespaces.length === 0 ? [''] : namespaces.map((one) => `/namespaces/${one}`)).map((scope) => ({
              collection,
              path: `${collection.group}${scope}/${collection.plural}`,
            })),
          );
          await sideBySide(lists, concurrency, ({ collection, path }) =>
            uses.part(() => client.forEach(path, (object) => collection.add(object, uses, `Kubernetes ${context}`))),
          );
        } finally {
          client.close();
        }
      });
      return uses.reading(name);
    },
  };
}

async function connect(
  { kubeconfigs, trusted, context: name, environment }: KubernetesOptions,
  concurrency: number,
  caller: Caller,
): Promise<KubeClient> {
  try {
    const context = await readKubeconfig(kubeconfigs, name, trusted);
    return new KubeClient(context, await credentialsOf(context, environment), caller, concurrency);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new AwsFault('other', 'kubeconfig', 'KubeconfigError', error.message, { cause: error });
  }
}
