// What a template of CloudFormation is, as far as repositories and companions need it.
// It must not know either.
import type { PolicyDocument } from '../../access/index.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface TemplateParameter {
  readonly Type: 'String';
  readonly Description: string;
  readonly Default?: string;
  readonly AllowedValues?: readonly string[];
  readonly AllowedPattern?: string;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Delete' | 'Retain';
  readonly Properties: { readonly [property: string]: Json };
}

export interface TemplateOutput {
  readonly Condition?: string;
  readonly Description: string;
  readonly Value: Json;
  readonly Export?: { readonly Name: Json };
}

export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

/** What one companion is in a template. */
export interface Part {
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, TemplateOutput>>;
}

/** Properties whose change makes CloudFormation put a new resource in the place of the old (template reference, "Update requires: Replacement"). */
const createOnly: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::OIDCProvider': ['Url'],
  'AWS::IAM::Role': ['Path', 'RoleName'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
};

export function isCreateOnly(type: string, property: string): boolean {
  return createOnly[type]?.includes(property) ?? false;
}

/** Sorted by key, as CloudFormation's lists of tags are compared. */
export function tagList(tags: Readonly<Record<string, string>>): Json {
  return Object.keys(tags)
    .sort()
    .map((key) => ({ Key: key, Value: tags[key] ?? '' }));
}

/** A document is plain JSON already; its type only leaves members open. */
export function documentJson({ Version = '2012-10-17', Statement }: PolicyDocument): Json {
  return { Version, Statement: Statement.map((one) => Object.fromEntries(Object.entries(one)) as Json) };
}
