// The two-minute story of Slipway, on an ECR of this machine: run it with `npm run quickstart`.
// It works in a temporary folder, on a free port, and leaves nothing behind.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { startLocalEcr } = await import('../dist/local/index.js');
const { makeImage, push } = await import('../examples/registry-in-tests/image.mjs');
const { DeleteLifecyclePolicyCommand, DescribeImagesCommand, ECRClient, PutImageTagMutabilityCommand } = await import(
  '@aws-sdk/client-ecr'
);

const root = resolve(import.meta.dirname, '..');
const slipwayBin = join(root, 'dist', 'bin', 'slipway.js');
const folder = mkdtempSync(join(tmpdir(), 'slipway-quickstart-'));
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
const day = 86_400_000;
const say = (text) => process.stdout.write(`\n${paint('1', `# ${text}`)}\n`);

// Where `--local` itself would keep its data.
const local = await startLocalEcr({ dataDirectory: join(folder, '.slipway', 'local'), port: 0 });
const prod = { account: '222222222222', region: 'eu-west-1' };
const env = { ...process.env, SLIPWAY_LOCAL_PORT: String(local.port), ...(colour ? { FORCE_COLOR: '1' } : {}) };

/** Changes the manifest in one place, and shows the line. */
function edit(from, to) {
  const file = join(folder, 'slipway.yaml');
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`the manifest has no ${from}`);
  writeFileSync(file, after);
  const line = after.split('\n').find((one) => one.includes(to));
  process.stdout.write(`slipway.yaml: ${line.trim()}\n`);
}

/** Runs `slipway` as a person would, and stops the story where it ends otherwise than expected. */
async function slipway(args, expected = 0) {
  process.stdout.write(`${paint('36', `$ slipway ${args.join(' ')}`)}\n`);
  const child = spawn(process.execPath, [slipwayBin, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((done, failed) => child.once('exit', done).once('error', failed));
  if (code !== expected) throw new Error(`slipway ${args.join(' ')} ended with ${code}, expected ${expected}`);
}

try {
  const example = join(root, 'examples', 'payments');
  cpSync(example, folder, { recursive: true, filter: (path) => !path.startsWith(join(example, '.slipway')) });
  say('One small manifest: three repositories, two environments');
  process.stdout.write(readFileSync(join(folder, 'slipway.yaml'), 'utf8'));
  say('Is it right?');
  await slipway(['validate']);
  say('What would change in production? The ECR it asks runs on this machine');
  await slipway(['plan', '-e', 'prod', '--local']);
  say('Make it so');
  await slipway(['apply', '-e', 'prod', '--local', '--auto-approve']);
  say('A second plan has nothing to do');
  await slipway(['plan', '-e', 'prod', '--local', '--detailed-exitcode']);

  say('Where to push to');
  await slipway(['output', '-e', 'prod', '--local']);
  say('A container client pushes: the same requests as docker push, and an image made from nothing');
  const repositoryName = 'payments/api';
  const pushAs = (name, tag, text) => {
    const address = `${local.url}/v2/${prod.account}.${prod.region}/${name}`;
    return push(address, local.login(prod).authorization, tag, makeImage(text));
  };
  await pushAs(repositoryName, 'v1.0.0', 'the first release');
  const ecr = new ECRClient({
    endpoint: local.url,
    region: prod.region,
    credentials: { accessKeyId: prod.account, secretAccessKey: 'local' },
  });
  const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
  for (const { imageTags, imageDigest, imageSizeInBytes } of imageDetails) {
    process.stdout.write(`${imageTags.join(' ')}  ${imageDigest}  ${imageSizeInBytes} bytes\n`);
  }
  say('The tag is taken for good: another image under it is refused, in the words of ECR');
  const refusal = await pushAs(repositoryName, 'v1.0.0', 'something else').then(
    () => undefined,
    (error) => error.message,
  );
  if (refusal === undefined) throw new Error('a second push to an immutable tag came through');
  process.stdout.write(`${refusal}\n`);

  say('Twelve days pass. Each day payments/web is pushed, and its tag latest moves on from the image before');
  for (let at = 1; at <= 12; at += 1) {
    await pushAs('payments/web', 'latest', `the site of day ${at}`);
    await local.clock.advance(day);
  }
  say('Keep untagged images for a week, and not for two: what would that do to them?');
  edit('web: {', 'web: {lifecyclePolicy: {expireUntaggedAfterDays: 7}, ');
  await slipway(['preview', '-e', 'prod', '--local', '--only', 'web']);
  say('Make it so: images that exist would go, and that needs consent');
  await slipway(['apply', '-e', 'prod', '--local', '--auto-approve', '--accept', 'expire-images:payments/web']);
  say('A day later exactly that has happened');
  await slipway(['local', 'clock', 'advance', '1d']);

  say('Somebody clicks in the console: tags of payments/api may move, and the lifecycle policy is gone');
  await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'MUTABLE' }));
  await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
  ecr.destroy();
  say('Slipway finds it');
  await slipway(['drift', '-e', 'prod', '--local'], 2);
  say('And mends it');
  await slipway(['apply', '-e', 'prod', '--local', '--auto-approve']);
  await slipway(['drift', '-e', 'prod', '--local']);

  process.stdout.write('\nNext: slipway init in a folder of your own, or read README.md.\n');
} finally {
  await local.close();
  rmSync(folder, { recursive: true, force: true });
}
