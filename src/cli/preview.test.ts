// `slipway preview` of two files: what it prints, for people and for programs, and how it refuses.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder, type RunOptions } from './testing/harness.js';

const now = '2026-10-01T00:00:00Z';
const day = 86_400_000;
const digest = (number: number): string => `sha256:${String(number).padStart(64, '0')}`;
interface Entry {
  readonly imageDigest: string;
  readonly imageTags?: readonly string[];
  readonly imagePushedAt: string | number;
  readonly imageSizeInBytes?: number;
  readonly children?: readonly string[];
}
const entry = (number: number, daysAgo: number, ...imageTags: string[]): Entry => ({
  imageDigest: digest(number),
  ...(imageTags.length > 0 && { imageTags }),
  imagePushedAt: new Date(Date.parse(now) - daysAgo * day).toISOString(),
  imageSizeInBytes: number * 1_000_000,
});
const rule = (rulePriority: number, selection: object, action: object = { type: 'expire' }): object => ({
  rulePriority,
  selection,
  action,
});
const policy = {
  rules: [
    rule(10, { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 2 }),
    rule(800, { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 }),
  ],
};
const images = {
  imageDetails: [
    entry(4, 1, 'v1.3.0', 'latest'),
    entry(3, 5, 'v1.2.0'),
    entry(2, 40, 'v1.1.0'),
    { ...entry(5, 30), children: [] },
    entry(6, 20),
    { ...entry(7, 3, 'multi'), children: [digest(6)] },
    entry(1, 60, 'v1.0.0'),
  ],
};

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write('policy.json', JSON.stringify(policy, null, 2));
  folder.write('images.json', JSON.stringify(images, null, 2));
});
afterEach(() => folder.remove());

const preview = (argv: readonly string[] = [], options: RunOptions = {}) =>
  folder.run(['preview', '--policy', 'policy.json', '--images', 'images.json', '--now', now, ...argv], options);

describe('a preview of two files', () => {
  it('is a table of what goes, by which rule, and why', async () => {
    expect(await preview()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Preview (2 rules, as of 2026-10-01 00:00 UTC)

        - expire  2 images, 3.0 MB
          rule 10: expire images tagged v* beyond the newest 2
          v1.0.0  2026-08-02  1.0 MB  the 4th newest of 4 images tagged v*, beyond the
                                      newest 2
          v1.1.0  2026-08-22  2.0 MB  the 3rd newest of 4 images tagged v*, beyond the
                                      newest 2

        - expire  1 image
          rule 800: expire untagged images 14 days after their push
          sha256:000000000000  2026-09-01  list  pushed 30 days ago, more than 14

        ! cannot go: a manifest list refers to them  1 image, 6.0 MB
          rule 800: expire untagged images 14 days after their push
          sha256:000000000000  2026-09-11  6.0 MB  rule 800 would expire it, but the
                                                   index sha256:000000000000 that
                                                   stays refers to it

        = stay  3 images, 7.0 MB
          v1.3.0 +1  2026-09-30  4.0 MB  kept by rule 10 as one of the newest 2 tagged
                                         v*
          multi      2026-09-28    list  no rule selects it
          v1.2.0     2026-09-26  3.0 MB  kept by rule 10 as one of the newest 2 tagged
                                         v*

      7 images, 16.0 MB: 3 expire (3.0 MB), 1 cannot go yet and 3 stay
      Storage at most: <$0.01 a month, <$0.01 after this
      ($0.10 a GB and month, the price of us-east-1 as of 2026-03, as no file names a
      Region; layers that images share are counted for each)
      ",
      }
    `);
  });

  it('is JSON of exactly this form, in the order of the file', async () => {
    const { code, stdout, stderr } = await preview(['--output', 'json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = JSON.parse(stdout) as { version: number; results: object[]; summary: object };
    expect(Object.keys(told)).toEqual(['version', 'results', 'summary']);
    expect(told.results.map((one) => Object.keys(one))).toEqual(
      told.results.map(() => ['imageDigest', 'imageTags', 'action', 'rulePriority', 'reason']),
    );
    expect(told).toMatchInlineSnapshot(`
      {
        "results": [
          {
            "action": "keep",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000004",
            "imageTags": [
              "v1.3.0",
              "latest",
            ],
            "reason": "kept by rule 10 as one of the newest 2 tagged v*",
            "rulePriority": null,
          },
          {
            "action": "keep",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000003",
            "imageTags": [
              "v1.2.0",
            ],
            "reason": "kept by rule 10 as one of the newest 2 tagged v*",
            "rulePriority": null,
          },
          {
            "action": "expire",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000002",
            "imageTags": [
              "v1.1.0",
            ],
            "reason": "the 3rd newest of 4 images tagged v*, beyond the newest 2",
            "rulePriority": 10,
          },
          {
            "action": "expire",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000005",
            "imageTags": [],
            "reason": "pushed 30 days ago, more than 14",
            "rulePriority": 800,
          },
          {
            "action": "fail",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000006",
            "imageTags": [],
            "reason": "rule 800 would expire it, but the index sha256:000000000000 that stays refers to it",
            "rulePriority": 800,
          },
          {
            "action": "keep",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000007",
            "imageTags": [
              "multi",
            ],
            "reason": "no rule selects it",
            "rulePriority": null,
          },
          {
            "action": "expire",
            "imageDigest": "sha256:0000000000000000000000000000000000000000000000000000000000000001",
            "imageTags": [
              "v1.0.0",
            ],
            "reason": "the 4th newest of 4 images tagged v*, beyond the newest 2",
            "rulePriority": 10,
          },
        ],
        "summary": {
          "archive": 0,
          "archiveBytes": 0,
          "bytes": 16000000,
          "expire": 3,
          "expireBytes": 3000000,
          "fail": 1,
          "images": 7,
          "keep": 3,
        },
        "version": 1,
      }
    `);
  });
});

describe('a look ahead', () => {
  const releases = {
    imageDetails: Array.from({ length: 12 }, (_, at) => entry(at + 1, at + 0.5, `v1.${12 - at}.0`)),
  };
  beforeEach(() => folder.write('images.json', JSON.stringify(releases)));

  it('shows how it goes on, at the pace of the past', async () => {
    expect((await preview(['--timeline', '20d'], { env: { LANG: 'C.UTF-8' } })).stdout).toMatchInlineSnapshot(`
      "Preview (2 rules, as of 2026-10-01 00:00 UTC)

        - expire  10 images, 75.0 MB
          rule 10: expire images tagged v* beyond the newest 2
          v1.1.0   2026-09-19  12.0 MB  the 12th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.2.0   2026-09-20  11.0 MB  the 11th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.3.0   2026-09-21  10.0 MB  the 10th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.4.0   2026-09-22   9.0 MB  the 9th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.5.0   2026-09-23   8.0 MB  the 8th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.6.0   2026-09-24   7.0 MB  the 7th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.7.0   2026-09-25   6.0 MB  the 6th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.8.0   2026-09-26   5.0 MB  the 5th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.9.0   2026-09-27   4.0 MB  the 4th newest of 12 images tagged v*, beyond
                                        the newest 2
          v1.10.0  2026-09-28   3.0 MB  the 3rd newest of 12 images tagged v*, beyond
                                        the newest 2

        = stay  2 images, 3.0 MB
          v1.12.0  2026-09-30  1.0 MB  kept by rule 10 as one of the newest 2 tagged
                                       v*
          v1.11.0  2026-09-29  2.0 MB  kept by rule 10 as one of the newest 2 tagged
                                       v*

      The next 20 days
        day                                         images   stored  gone
        2026-10-01  ██████████████████████████████       2   3.0 MB   -10
        2026-10-03  ██████████████████████████████       2  13.0 MB    -2
        2026-10-05  ██████████████████████████████       2  13.0 MB    -2
        2026-10-07  ██████████████████████████████       2  13.0 MB    -2
        2026-10-09  ██████████████████████████████       2  13.0 MB    -2
        2026-10-11  ██████████████████████████████       2  13.0 MB    -2
        2026-10-13  ██████████████████████████████       2  13.0 MB    -1
        2026-10-15  ██████████████████████████████       2  13.0 MB    -2
        2026-10-17  ██████████████████████████████       2  13.0 MB    -2
        2026-10-19  ██████████████████████████████       2  13.0 MB    -2
        2026-10-21  ██████████████████████████████       2  13.0 MB    -2

      What is pushed
          v*  1 a day; 2 images in the end; settles within 3 days by rule 10

      What goes of the images that exist
        2026-10-01  - v1.1.0, v1.2.0, v1.3.0, v1.4.0 and 6 more
        2026-10-02  - v1.11.0
        2026-10-03  - v1.12.0

      12 images, 78.0 MB: 10 expire (75.0 MB) and 2 stay
      Storage at most: $0.01 a month today, <$0.01 on 2026-10-21
      ($0.10 a GB and month, the price of us-east-1 as of 2026-03, as no file names a
      Region; layers that images share are counted for each)
      "
    `);
  });

  it('draws with plain characters where that is asked for, or the locale knows no others', async () => {
    const plain = await preview(['--timeline', '20d', '--ascii'], { env: { LANG: 'C.UTF-8' } });
    expect(plain.stdout).toMatch(/ #+ /);
    expect((await preview(['--timeline', '20d'], { env: { LANG: 'C.UTF-8', LC_ALL: 'C' } })).stdout).toBe(plain.stdout);
    expect((await preview(['--timeline', '20d'])).stdout).toBe(plain.stdout);
  });

  it('says what has become of the images by a day, and when', async () => {
    expect((await preview(['--at', '2026-10-03', '--push-rate', '1/day'])).stdout).toMatchInlineSnapshot(`
      "Preview (2 rules, by 2026-10-03 00:00 UTC)

        - expire  12 images, 78.0 MB
          rule 10: expire images tagged v* beyond the newest 2
          v1.1.0   2026-09-19  12.0 MB  on 2026-10-01: the 12th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.2.0   2026-09-20  11.0 MB  on 2026-10-01: the 11th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.3.0   2026-09-21  10.0 MB  on 2026-10-01: the 10th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.4.0   2026-09-22   9.0 MB  on 2026-10-01: the 9th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.5.0   2026-09-23   8.0 MB  on 2026-10-01: the 8th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.6.0   2026-09-24   7.0 MB  on 2026-10-01: the 7th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.7.0   2026-09-25   6.0 MB  on 2026-10-01: the 6th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.8.0   2026-09-26   5.0 MB  on 2026-10-01: the 5th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.9.0   2026-09-27   4.0 MB  on 2026-10-01: the 4th newest of 12 images
                                        tagged v*, beyond the newest 2
          v1.10.0  2026-09-28   3.0 MB  on 2026-10-01: the 3rd newest of 12 images
                                        tagged v*, beyond the newest 2
          and 2 more, 3.0 MB (--all lists them)

      12 images, 78.0 MB: 12 expire (78.0 MB)
      Storage at most: $0.01 a month today, <$0.01 on 2026-10-03
      ($0.10 a GB and month, the price of us-east-1 as of 2026-03, as no file names a
      Region; layers that images share are counted for each)
      "
    `);
  });

  it('has nothing more go by count where nothing is pushed', async () => {
    const days = async (rate: string): Promise<number[]> => {
      const { stdout } = await preview(['--timeline', '5d', '--push-rate', rate, '--output', 'json']);
      const { timeline } = JSON.parse(stdout) as { timeline: { days: { pushed: number; expired: object[] }[] } };
      expect(timeline.days[0]?.expired).toHaveLength(10);
      return timeline.days.map(({ pushed }) => pushed);
    };
    expect(await days('none')).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await days('2/day')).toEqual([0, 2, 2, 2, 2, 2]);
    expect(await days('auto')).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('is JSON with the moment of each result', async () => {
    const { stdout } = await preview(['--at', '1w', '--output', 'json']);
    const told = JSON.parse(stdout) as {
      at: string;
      results: { imageTags: string[]; action: string; on: string | null }[];
    };
    expect(Object.keys(told)).toEqual(['version', 'at', 'results', 'summary']);
    expect(told.at).toBe('2026-10-08T00:00:00.000Z');
    expect(told.results.slice(0, 3).map(({ imageTags, on }) => [imageTags[0], on])).toEqual([
      ['v1.12.0', '2026-10-03T00:00:00.000Z'],
      ['v1.11.0', '2026-10-02T00:00:00.000Z'],
      ['v1.10.0', '2026-10-01T00:00:00.000Z'],
    ]);
  });
});

describe('what does not fit', () => {
  it.each([
    [['--policy', 'policy.json'], '--policy was given without --images'],
    [['--images', 'images.json'], '--images was given without --policy'],
  ])('%j', async (argv, message) => {
    const { code, stderr } = await folder.run(['preview', ...argv]);
    expect({ code, said: stderr.includes(`error[cli/bad-usage]: ${message}`) }).toEqual({ code: 1, said: true });
  });

  it.each([
    [['--live'], '--live asks AWS, and two files were given'],
    [['--compare-aws'], '--compare-aws asks AWS, and two files were given'],
    [['--push-rate', 'auto'], '--push-rate was given without --at or --timeline'],
    [['--timeline', '9d', '--push-rate', 'often'], "'often' will not do for --push-rate"],
    [['--timeline', 'a while'], '"a while" is no number of days'],
    [['--at', 'soon'], '"soon" is no time'],
    [['--at', '2026-09-30'], '2026-09-30T00:00:00.000Z is past: it is'],
    [['--at', '9999d'], '9999 days ahead is more than ten years ahead'],
    [['--now', 'noon'], '"noon" is no time'],
  ])('%j', async (argv, message) => {
    const { code, stderr } = await preview(argv);
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\n {4}/g, ' ')).toContain(message);
  });

  it('is told at its line, of both files at once', async () => {
    folder.write('policy.json', JSON.stringify({ rules: [...policy.rules, policy.rules[0]] }, null, 2));
    folder.write('images.json', '{\n  "imageDetails": [\n    {"imageDigest": "sha256:a"}\n  ]\n}\n');
    expect(await preview()).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[lifecycle/refused]: ECR refuses the policy: Invalid parameter at
          'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy
          validation failure: Duplicate priority in multiple rules'
        --> policy.json:30:23
         |
      30 |       "rulePriority": 10,
         |                       ^^
         = help: give every rule its own rulePriority

      error[lifecycle/bad-images]: sha256:a has no imagePushedAt
       --> images.json:3:5
        |
      3 |     {"imageDigest": "sha256:a"}
        |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = help: write it with \`aws ecr describe-images --repository-name NAME --output
                json\`

      2 errors
      ",
        "stdout": "",
      }
    `);
  });

  it('is a file that is not there, or is cut off', async () => {
    folder.write('images.json', '{"imageDetails": [');
    expect((await preview()).stderr).toMatchInlineSnapshot(`
      "error[lifecycle/bad-images]: the images are no JSON: it ends too early
       --> images.json:1:19
        |
      1 | {"imageDetails": [
        |                   ^
        = help: write it with \`aws ecr describe-images --repository-name NAME --output
                json\`
      "
    `);
    const { stderr } = await folder.run(['preview', '--policy', 'none.json', '--images', 'images.json']);
    expect(stderr).toContain('error[cli/cannot-read]: cannot read none.json: no such file or directory');
  });

  it('is not all there is, which is a warning', async () => {
    folder.write('images.json', JSON.stringify({ ...images, NextToken: 'abc' }));
    const { code, stderr } = await preview();
    expect(code).toBe(0);
    expect(stderr).toContain('warning[lifecycle/some-images]');
  });
});

describe('where images come from', () => {
  it('may be standard input', async () => {
    const argv = ['preview', '--policy', 'policy.json', '--images', '-', '--now', now];
    const piped = await folder.run(argv, { input: JSON.stringify(images) });
    expect(piped.stdout).toBe((await preview()).stdout);
    const broken = await folder.run(argv, { input: '{' });
    expect(broken.stderr).toContain('--images');
  });

  it('may be a file as Windows PowerShell writes it', async () => {
    const { stdout } = await preview();
    for (const [mark, encoding] of [
      [Buffer.from([0xff, 0xfe]), 'utf16le'],
      [Buffer.from([0xef, 0xbb, 0xbf]), 'utf8'],
    ] as const) {
      const argv = ['preview', '--policy', 'policy.json', '--images', '-', '--now', now];
      const input = Buffer.concat([mark, Buffer.from(JSON.stringify(images), encoding)]);
      expect((await folder.run(argv, { input })).stdout).toBe(stdout);
    }
  });

  it('lists every one with --all', async () => {
    const many = { imageDetails: Array.from({ length: 30 }, (_, at) => entry(at + 1, at + 1, `v${at}`)) };
    folder.write('images.json', JSON.stringify(many));
    expect((await preview()).stdout).toMatch(/ and 18 more, .* \(--all lists them\)/);
    const all = (await preview(['--all'])).stdout;
    expect(all).not.toContain('more');
    expect(all.split('\n').filter((line) => /^ {4}v\d/.test(line))).toHaveLength(30);
  });
});
