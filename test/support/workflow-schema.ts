// GitHub's own parser of workflows and actions, as its editor extension has it: what it finds wrong.
// It must not know who wrote the files.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Workflows from '@actions/workflow-parser';
import type * as Actions from '@actions/workflow-parser/actions/action-parser';
import { build } from 'esbuild';

type Parser = typeof Workflows & typeof Actions;

let loaded: Promise<Parser> | undefined;

/** The package imports JSON as bundlers take it and Node does not. */
function parser(): Promise<Parser> {
  loaded ??= (async () => {
    const contents = `export * from '@actions/workflow-parser';
export { parseAction } from '@actions/workflow-parser/actions/action-parser';`;
    const folder = mkdtempSync(join(tmpdir(), 'slipway-workflows-'));
    try {
      const outfile = join(folder, 'parser.mjs');
      const stdin = { contents, resolveDir: join(import.meta.dirname, '..', '..') };
      await build({ stdin, outfile, bundle: true, format: 'esm', platform: 'browser' });
      return (await import(pathToFileURL(outfile).href)) as Parser;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  })();
  return loaded;
}

/** What is wrong with a workflow: its schema, its expressions, its jobs. */
export async function findingsInWorkflow(name: string, content: string): Promise<readonly string[]> {
  const { NoOperationTraceWriter, parseWorkflow, convertWorkflowTemplate } = await parser();
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value === undefined) return ['this is no workflow'];
  const { errors = [] } = await convertWorkflowTemplate(context, value);
  return [...context.errors.getErrors().map(String), ...errors.map(({ Message }) => Message)];
}

/** What is wrong with an `action.yml`. */
export async function findingsInAction(content: string): Promise<readonly string[]> {
  const { NoOperationTraceWriter, parseAction } = await parser();
  const { context } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(String);
}
