// A template as the text of a file: YAML in the short form of its functions, with comments; or JSON.
// It must not know what is in a template.
import { Tagged, type Yaml, yamlComment, yamlText } from '../yaml.js';
import { type Json, type Template } from './model.js';
import { templateText } from './template.js';

export interface Comments {
  /** Of the whole file. */
  readonly head: string;
  /** By path within the template: `Resources/ApiRepository`. */
  readonly at: ReadonlyMap<string, string>;
}

export function yamlTemplate(template: Template, { head, at }: Comments): string {
  return `${yamlComment(head)}${yamlBody(template, at)}`;
}

/** Without the comment that is at the head of the file. */
export function yamlBody(template: Template, comments: Comments['at']): string {
  const plain = JSON.parse(JSON.stringify(template)) as Json;
  const spaced = (path: string) => path === '' || path === 'Resources';
  return yamlText(shortForm(plain), { comments, spaced });
}

/** JSON has no comments. */
export function jsonTemplate(template: Template): string {
  return templateText(template);
}

const functions: Readonly<Record<string, string>> = {
  Ref: '!Ref',
  Condition: '!Condition',
  'Fn::Equals': '!Equals',
  'Fn::ImportValue': '!ImportValue',
  'Fn::Sub': '!Sub',
};

/** `{"Ref": "Key"}` as `!Ref Key`. A mapping with other members beside is none of CloudFormation's functions. */
function shortForm(value: Json): Yaml {
  if (Array.isArray(value)) return (value as readonly Json[]).map(shortForm);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    const [name, argument] = only;
    if (name === 'Fn::GetAtt' && Array.isArray(argument)) return new Tagged('!GetAtt', argument.join('.'));
    const tag = functions[name];
    if (tag !== undefined && name !== 'Condition') {
      if (typeof argument === 'string') return new Tagged(tag, argument);
      if (Array.isArray(argument)) return new Tagged(tag, (argument as readonly Json[]).map(shortForm));
    }
  }
  return Object.fromEntries(entries.map(([key, one]) => [key, shortForm(one)]));
}
