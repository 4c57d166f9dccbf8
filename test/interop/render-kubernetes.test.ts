// The folders for a cluster, built by kubectl as `kubectl apply -k` does before it asks a cluster anything.
// It must not know how objects are written. No cluster is run.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { render } from '../../src/render/index.js';
import type { ClusterObject } from '../equivalence/crds.js';
import { objectsIn } from '../equivalence/objects.js';
import { equivalentProjects } from '../equivalence/projects.js';
import { cleanEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import { describeWith } from '../support/tools.js';

describeWith({ tools: ['kubectl'] }, 'folders for a cluster', () => {
  it.each([
    ['ack', {}],
    ['crossplane', { scope: 'namespaced', namespace: 'images' }],
  ])('%s %j: are what is in their files, with labels and a namespace', async (target, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-kubectl-'));
    try {
      const written: ClusterObject[] = [];
      const resources: string[] = [];
      for (const project of equivalentProjects()) {
        const rendering = await render(target, project.project({ account: '111111111111', keyArn: 'alias/given' }), {
          options,
        });
        written.push(...objectsIn(rendering));
        for (const { path, text } of rendering.files) {
          const file = join(folder, project.name, path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, text);
          if (path.endsWith('/kustomization.yaml')) resources.push(join(project.name, dirname(path)));
        }
      }
      // All folders at once: kubectl starts once, and refuses what is twice in them.
      writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources }));
      const text = execFileSync(toolPath('kubectl'), ['kustomize', folder], {
        env: cleanEnvironment(),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      const built = parseAllDocuments(text).map((one) => one.toJS() as ClusterObject);
      const withoutLabels = built.map(({ metadata: { name, annotations }, ...object }) => ({
        ...object,
        metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
      }));
      const byName = (one: ClusterObject, other: ClusterObject): number =>
        `${one.kind} ${one.metadata.name}` < `${other.kind} ${other.metadata.name}` ? -1 : 1;
      expect(withoutLabels.toSorted(byName)).toEqual(written.toSorted(byName));
      const metadata = built.map((one) => one.metadata as { readonly labels?: unknown; readonly namespace?: string });
      expect(metadata.filter(({ labels }) => labels === undefined)).toEqual([]);
      expect([...new Set(metadata.map(({ namespace }) => namespace))]).toEqual([
        'namespace' in options ? options.namespace : undefined,
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
