// Writes the policies, rules and pictures of docs/guides/lifecycle.md; with --check, says whether they are current.
import { ruleInWords } from '../src/cli/print/lifecycle.js';
import { pictureLines } from '../src/cli/print/timeline.js';
import { paintFor } from '../src/cli/text.js';
import { forecast } from '../src/lifecycle/index.js';
import { parseProject } from '../src/manifest/index.js';
import { compile } from '../src/registry/index.js';
import { daysBefore, historyOf, now } from './lifecycle-guide/history.js';
import { type Story, stories } from './lifecycle-guide/stories.js';
import { writeParts } from './page-parts.js';

const canvas = { paint: paintFor(false), columns: 80, ascii: false, all: false };

function indented(text: string, by: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(by));
}

function policyOf({ intent }: Story) {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: { name: guide }
spec:
  environments:
    prod: { account: "111111111111", region: us-east-1 }
  repositories:
    app:
      lifecyclePolicy:
${indented(intent, 8)}
`;
  const [registry] = compile(parseProject([{ file: 'slipway.yaml', text, own: true }]), 'prod');
  const policy = registry?.repositories[0]?.lifecyclePolicy;
  if (policy === null || policy === undefined) throw new Error('a story without a policy');
  return policy;
}

function partOf(story: Story): string {
  const policy = policyOf(story);
  const digits = Math.max(...policy.rules.map(({ rulePriority }) => String(rulePriority).length));
  const rules = policy.rules.map((rule) => `${String(rule.rulePriority).padStart(digits)}  ${ruleInWords(rule)}`);
  const ahead = forecast(policy, historyOf(story), { now, days: daysBefore, pushes: 'auto' });
  return [
    `\`\`\`yaml\nlifecyclePolicy:\n${indented(story.intent, 2)}\n\`\`\``,
    `\`\`\`text\n${rules.join('\n')}\n\`\`\``,
    `\`\`\`text\n${pictureLines(ahead, canvas).join('\n')}\n\`\`\``,
  ].join('\n\n');
}

writeParts('docs/guides/lifecycle.md', Object.fromEntries(stories.map((story) => [story.name, () => partOf(story)])));
