// Objects in a file: documents, with comments where they belong.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentOf } from '../../access/index.js';
import { policyLines } from '../policy-lines.js';
import { objectsText } from './objects.js';

describe('objects', () => {
  it('are documents of one file, with comments where they belong', () => {
    const spec = { policy: policyLines(documentOf([])), list: ['a'] };
    const object = { apiVersion: 'x/v1', kind: 'A', name: 'a', spec, comments: { 'spec/policy': 'why' } };
    const text = objectsText('what', [object, { ...object, kind: 'B', annotations: { 'x/y': '1' } }]);
    expect(text).toBe(`# what
apiVersion: x/v1
kind: A
metadata:
  name: a
spec:
  # why
  policy: |-
    {
      "Version": "2012-10-17",
      "Statement": []
    }
  list:
    - a
---
apiVersion: x/v1
kind: B
metadata:
  name: a
  annotations:
    x/y: '1'
spec:
  # why
  policy: |-
    {
      "Version": "2012-10-17",
      "Statement": []
    }
  list:
    - a
`);
    expect(parse(text.split('---\n')[1] ?? '')).toMatchObject({ kind: 'B', spec });
  });
});
