// What jobs on GitLab have alike: the token, the tools, and the text of a file.
// It must not know what a job does.
import type { OptionValuesOf } from '../model.js';
import { type Yaml, yamlText } from '../yaml.js';
import { temp, tempFolder } from './shell.js';
import type { gitLabCiTarget } from './target.js';

export type Options = OptionValuesOf<typeof gitLabCiTarget.options>;

export interface Job {
  readonly [key: string]: Yaml;
}

/** For the provider of this GitLab, whose audience is its address. */
export function tokenFor(host: string): Job {
  return { id_tokens: { AWS_ID_TOKEN: { aud: `https://${host}` } } };
}

export const common: Readonly<Record<string, string>> = { [temp]: tempFolder };

/** Alpine's own packages: no image of somebody else's is trusted with the token. */
export function tools(image: string, packages: readonly string[]): Job {
  return { image, before_script: [`apk add --no-cache ${packages.join(' ')}`] };
}

export const alpine = 'alpine:3.22';

export function pipelineText(title: string, jobs: Job, comments: ReadonlyMap<string, string>): string {
  const head = `${title}. Slipway wrote it from the manifest: change that, and render again.`;
  return yamlText(jobs, { comments: new Map([...comments, ['', head]]), spaced: (path) => path === '' });
}
