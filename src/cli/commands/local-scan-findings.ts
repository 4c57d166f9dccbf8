// `slipway local scan-findings`, as data.
// It must not know how it is done: actions/local-scan-findings.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { localServerPort } from './shared.js';

export const localScanFindingsCommand = defineCommand({
  name: 'local scan-findings',
  group: 'This machine',
  summary: 'sets what a scan of an image finds',
  description: [
    'There is no scanner in the local ECR. A scan finds what is set here, and fails where nothing is, for an image must not look clean because nobody looked. An image that is there is scanned anew at once; what is set for one that is pushed later waits for it.',
    'FILE holds JSON in the form of DescribeImageScanFindings: a list `findings` for basic scanning, `enhancedFindings` for enhanced scanning, or both; an empty list finds nothing, and that is a clean image.',
  ],
  operands: [
    {
      name: 'IMAGE',
      description:
        'REPOSITORY@DIGEST or REPOSITORY:TAG; the repository by its URI, or by its name in the registry of -e (without: 123456789012 in us-east-1)',
      required: true,
    },
    { name: 'FILE', description: 'the findings', required: true, completes: 'file' },
  ],
  options: { port: localServerPort },
  globals: ['project', 'environment', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    account: 'of the registry',
    region: 'of the registry',
    repository: 'its name',
    digest: 'of the image',
    scanned: 'whether the image is there and was scanned anew',
    findings: 'how many basic ones, by severity',
    enhancedFindings: 'how many enhanced ones, by severity',
  },
  examples: [
    {
      command: 'slipway local scan-findings localhost:4510/app:v1 findings.json',
      text: 'try how a pipeline takes a bad scan',
    },
    { command: 'slipway local scan-findings -e dev app:v1 clean.json', text: 'in the registry of an environment' },
  ],
});

export type LocalScanFindingsArgs = ArgsOf<typeof localScanFindingsCommand>;
