// Many rendered projects as one root: each is a module below it, and what only a root may have (backend, providers, imports) stands there once.
// It must not know what the projects hold.
import type { DesiredRegistry } from '../../src/registry/index.js';
import { type LiveRegistry, type RenderedFile, type Rendering, render } from '../../src/render/index.js';
import type { EquivalentProject, World } from './projects.js';
import type { Made, Plain } from './read.js';

/** The file of a root that a module must not have; its text is put together for all projects. */
const ofRoots = /^(backend|imports|providers)\.tf$/;

interface Root {
  readonly module: string;
  readonly path: string;
  readonly files: readonly RenderedFile[];
}

/** Every project as it is written, but for the files that only a root has. Projects whose providers are the same share one, and each account
 * has credentials of its own. */
export function batchOf(
  projects: readonly { readonly name: string; readonly rendering: Rendering }[],
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const providers = new Map<string, string>();
  const blocks: string[] = [];
  const imports: string[] = [];
  const accounts: string[] = [];
  const locals: string[] = [];
  const roots = projects.flatMap(({ name, rendering }) => rootsOf(name, rendering));
  for (const { name, rendering } of projects) {
    for (const { path, text } of rendering.files) {
      const file = path.split('/').at(-1) ?? '';
      if (path.startsWith('bootstrap/') || !path.endsWith('.tf')) continue;
      if (!path.startsWith('modules/') && ofRoots.test(file)) continue;
      files[`${name}/${path}`] = text;
    }
  }
  for (const root of roots) if (root.path.startsWith('accounts/')) accounts.push(`module.${root.module}`);
  const aliasOf = (text: string): string => {
    const alias = providers.get(text) ?? `batch_${providers.size + 1}`;
    providers.set(text, alias);
    return alias;
  };
  for (const root of roots) {
    const textOf = (file: string): string => root.files.find(({ path }) => path.endsWith(`/${file}`))?.text ?? '';
    const parts = withOwnLocals(textOf('providers.tf'), root.module).split(/^(?=provider "aws")/m);
    locals.push(...parts.filter((text) => text.startsWith('locals')));
    // Those with an alias are of replicas.
    const own = parts.filter((text) => text.startsWith('provider'));
    const passed = own.map((text) => {
      const alias = /^ *alias += "(\w+)"\n/m.exec(text);
      const name = alias === null ? 'aws' : `aws.${alias[1] ?? ''}`;
      return { name, as: `aws.${aliasOf(text.replace(alias?.[0] ?? '', ''))}` };
    });
    const aliases = passed.map(({ name }) => name).filter((name) => name !== 'aws');
    if (aliases.length > 0) {
      const path = `${folderOf(root)}/versions.tf`;
      files[path] = (files[path] ?? '').replace(
        /^( *source += .*\n)/m,
        `$1configuration_aliases = [${aliases.join(', ')}]\n`,
      );
    }
    // An identity provider is looked up by whoever trusts it: those that make one come first.
    const waits = root.path.startsWith('environments/') && textOf('oidc.tf') !== '' && accounts.length > 0;
    blocks.push(`module "${root.module}" {
  source    = "./${folderOf(root)}"
  providers = { ${passed.map(({ name, as }) => `${name} = ${as}`).join(', ')} }
${waits ? `  depends_on = [${accounts.join(', ')}]\n` : ''}}
`);
    imports.push(textOf('imports.tf').replaceAll(/^( *to *= )/gm, `$1module.${root.module}.`));
  }
  files['batch.tf'] = blocks.join('\n');
  files['imports.tf'] = imports.join('\n');
  files['providers.tf'] = [
    'variable "assume_role_arn" {\n  type    = string\n  default = null\n}\n',
    'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
    ...locals,
    ...[...providers].map(([text, alias]) =>
      text.replace(
        'provider "aws" {',
        `provider "aws" {\n  alias = "${alias}"\n  access_key = "${accountOf(text)}"\n  secret_key = "local"`,
      ),
    ),
  ].join('\n');
  return files;
}

/** What providers have alike, under names that no other project has. */
function withOwnLocals(text: string, module: string): string {
  return text.replaceAll(/(local\.|^ {2})(\w+_tags)(?=$| += )/gm, `$1${module}_$2`);
}

/** The servers of this machine take whose key it is for the account. */
function accountOf(provider: string): string {
  return /allowed_account_ids = \["(\d+)"\]/.exec(provider)?.[1] ?? '';
}

function folderOf({ module, path }: Root): string {
  return `${module.replace(/_(account|environment)$/, '')}/${path}`;
}

function rootsOf(name: string, { files }: Rendering): readonly Root[] {
  const paths = new Set(
    files.flatMap(({ path }) => (/^(?:accounts|environments)\/[^/]+/.exec(path) ?? []).slice(0, 1)),
  );
  return [...paths].sort().map((path) => ({
    module: `${name}_${path.startsWith('accounts/') ? 'account' : 'environment'}`,
    path,
    files: files.filter((file) => file.path.startsWith(`${path}/`)),
  }));
}

export interface Rendered {
  readonly name: string;
  readonly rendering: Rendering;
}

export function renderedFor(
  some: readonly EquivalentProject[],
  there: World,
  look?: (desired: DesiredRegistry) => Promise<LiveRegistry>,
): Promise<readonly Rendered[]> {
  return renderedIn(
    some.map((project) => ({ project, there })),
    look,
  );
}

export function renderedIn(
  some: readonly { readonly project: EquivalentProject; readonly there: World }[],
  look?: (desired: DesiredRegistry) => Promise<LiveRegistry>,
): Promise<readonly Rendered[]> {
  return Promise.all(
    some.map(async ({ project: { name, project }, there }) => ({
      name,
      rendering: await render('terraform', project(there), look === undefined ? {} : { look }),
    })),
  );
}

const noExceptions: string = 'render/needs-provider-6';

/** As provider 5 makes it, which knows no exceptions; the rendering has to have said so, once for each repository. */
export function withoutExceptions(made: Made, rendered: readonly Rendered[]): Made {
  const said = rendered.flatMap(({ rendering }) =>
    rendering.diagnostics.filter(({ code }) => code === noExceptions).map(({ message }) => message),
  );
  const repositories = Object.entries(made.repositories).map(([name, repository]) => {
    if (!said.some((message) => message.includes(` ${name} `))) return [name, repository] as const;
    const settings = repository as { readonly [key: string]: Plain };
    const { tagMutability: mode } = settings;
    const alone = typeof mode === 'string' ? mode.replace('_WITH_EXCLUSION', '') : null;
    return [name, { ...settings, tagMutability: alone, exclusions: [] }] as const;
  });
  return { ...made, repositories: Object.fromEntries(repositories) };
}
