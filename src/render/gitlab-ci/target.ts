// The target `gitlab-ci`, as data.
// It must not know how it is written.
import { defineTarget } from '../model.js';

export const gitLabCiTarget = defineTarget({
  name: 'gitlab-ci',
  summary:
    'pipelines of GitLab that build, push and promote images, and that plan and apply the manifest, without keys',
  options: {
    source: {
      description: 'the one project on GitLab to write for, GROUP/PROJECT; otherwise all that grants name',
      default: '',
      pattern: /^(\w[\w.-]*(\/\w[\w.-]*)+)?$/,
    },
    host: {
      description: 'the GitLab that runs the pipeline of the manifest',
      default: 'gitlab.com',
      pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
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
    promotion: {
      description: 'whether somebody starts each promotion, or it follows the build',
      default: 'manual',
      choices: ['manual', 'automatic'],
    },
    project: { description: 'the folder of the manifest', default: '.', pattern: /^[\w.][\w./-]*$/ },
  },
});
