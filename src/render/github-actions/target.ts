// The target `github-actions`, as data.
// It must not know how it is written.
import { defineTarget } from '../model.js';

export const gitHubActionsTarget = defineTarget({
  name: 'github-actions',
  summary: 'workflows that build, push and promote images, and that plan and apply the manifest, without keys',
  options: {
    source: {
      description: 'the one repository on GitHub to write for, OWNER/NAME; otherwise all that grants name',
      default: '',
      pattern: /^([\w-]+\/[\w.-]+)?$/,
    },
    branch: {
      description: 'the branch that the manifest is applied from',
      default: 'main',
      pattern: /^[\w][\w./-]*$/,
    },
    context: {
      description: 'the folder of the Dockerfile, {key} for the key of the repository',
      default: '',
      pattern: /^[\w./{}-]*$/,
    },
    platforms: {
      description: 'what is built for, separated by commas',
      default: 'linux/amd64',
      pattern: /^[a-z0-9/]+(,[a-z0-9/]+)*$/,
    },
    provenance: {
      description: 'how much an image says of its build; off for Lambda, max tells build arguments',
      default: 'min',
      choices: ['min', 'max', 'off'],
    },
    tags: {
      description: 'tags that each build moves where the manifest lets them, separated by commas',
      default: 'latest',
      pattern: /^(\w[\w.-]{0,127}(,\w[\w.-]{0,127})*)?$/,
    },
    'fail-at': {
      description: 'from which severity of a finding on an image goes no further',
      default: 'high',
      choices: ['critical', 'high', 'medium', 'low', 'off'],
    },
    runner: { description: 'what jobs run on', default: 'ubuntu-24.04', pattern: /^[\w.-]+$/ },
    slipway: {
      description: 'the action that installs Slipway, OWNER/NAME@REF; otherwise npm ci does',
      default: '',
      pattern: /^([\w-]+\/[\w./-]+@[\w./-]+)?$/,
    },
    project: { description: 'the folder of the manifest', default: '.', pattern: /^[\w.][\w./-]*$/ },
  },
});
