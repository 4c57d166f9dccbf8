// `slipway preview`, as data.
// It must not know how it is done: actions/preview.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const previewCommand = defineCommand({
  name: 'preview',
  group: 'Registry',
  summary: 'what lifecycle policies do to images, now and as time goes on',
  description: [
    "Reads the images of each repository and says of every one whether the lifecycle policy that the manifest declares expires it, archives it or keeps it, by which rule, and why. Nothing is written. With --local, and with a local ECR's clock that was moved, the moment is the one that its clock shows.",
    'With --at and --timeline it looks ahead: which images go on which day, and how images, bytes and cost settle, if pushes go on at the pace of the past. The policy is taken to run every day, at the hour of now.',
    'With --policy and --images it works on two files: no project, no credentials, no network. The policy is JSON as ECR takes it, or what `aws ecr get-lifecycle-policy` prints; the images are what `aws ecr describe-images --output json` prints. An entry that is a manifest list may have `children`, a list of digests.',
    'Reading the children of manifest lists is a pull of the list to ECR, which notes its time; a registry can exclude the principal from that (RegisterPullTimeUpdateExclusion).',
  ],
  operands: [],
  options: {
    policy: { kind: 'value', flag: '--policy', value: 'FILE', completes: 'file', description: 'the policy, offline' },
    images: {
      kind: 'value',
      flag: '--images',
      value: 'FILE',
      completes: 'file',
      description: 'the images, offline; - reads them from standard input',
    },
    now: {
      kind: 'value',
      flag: '--now',
      value: 'TIME',
      description: 'the moment to look from, an ISO 8601 time or seconds since the epoch (default: now)',
    },
    at: {
      kind: 'value',
      flag: '--at',
      value: 'WHEN',
      description: 'what has become of the images by then: in 30d, or a date',
    },
    timeline: {
      kind: 'value',
      flag: '--timeline',
      value: 'DAYS',
      description: 'how images, bytes and cost go on, for instance 90d, and which of the images go on which day',
    },
    pushRate: {
      kind: 'value',
      flag: '--push-rate',
      value: 'RATE',
      completes: ['auto', 'none'],
      description:
        'with --at and --timeline: pushes go on as in the past (auto, the default), at N/day, or not at all (none)',
    },
    live: { kind: 'flag', flag: '--live', description: 'the policies in place rather than those of the manifest' },
    compareAws: {
      kind: 'flag',
      flag: '--compare-aws',
      description: "runs ECR's own preview too, and shows every difference",
    },
    all: { kind: 'flag', flag: '--all', description: 'lists every image, however many there are' },
    ascii: { kind: 'flag', flag: '--ascii', description: 'draws with plain characters' },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    results:
      'with --images, one for each image in the order of the file: imageDigest, imageTags, action, rulePriority, reason',
    summary: 'how many images and bytes there are, expire, are archived, stay, or fail to go',
    at: 'with --at, the moment that results are about; each then tells when it comes about (on)',
    timeline: 'with --timeline: the families of tags with their pace, and how things stand on each day',
    repositories:
      'without --images, one for each repository: its policy, results and summary, and with --compare-aws the comparison',
  },
  examples: [
    { command: 'slipway preview -e prod --timeline 90d', text: 'how it goes on for three months, if pushes do' },
    {
      command: 'slipway preview -e prod --at 30d --push-rate none',
      text: 'what is gone in a month if nothing is pushed',
    },
    { command: 'slipway preview -e prod', text: 'what the policies of the manifest would do today' },
    {
      command: 'slipway preview -e prod --only api --live --compare-aws',
      text: "holds our reading of a policy against ECR's own",
    },
    {
      command:
        'aws ecr describe-images --repository-name app --output json | slipway preview --policy policy.json --images -',
      text: 'for a repository that no manifest knows',
    },
  ],
  exits: {
    '2': "with --compare-aws: ECR's own preview differs",
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type PreviewArgs = ArgsOf<typeof previewCommand>;
