// Runs compiled programs of Pulumi against mocks of its engine, all in one process: reads JSON on stdin, and prints every registration as JSON.
// It must not know what the programs make.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const pulumi = require('@pulumi/pulumi');
const { MockMonitor } = require('@pulumi/pulumi/runtime/mocks');

/** Of the program that runs. */
let registered = [];

// What mocks are not told: the options of a resource.
const registerResource = MockMonitor.prototype.registerResource;
MockMonitor.prototype.registerResource = function (request, callback) {
  const one = {
    type: request.getType(),
    name: request.getName(),
    options: {
      parent: request.getParent(),
      provider: request.getProvider(),
      protect: request.getProtect(),
      import: request.getImportid(),
      ignoreChanges: request.getIgnorechangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      dependsOn: request.getDependenciesList(),
    },
  };
  registered.push(one);
  return registerResource.call(this, request, callback);
};

const mocks = {
  newResource({ type, name, inputs }) {
    const one = registered.find((other) => other.type === type && other.name === name && other.inputs === undefined);
    if (one !== undefined) one.inputs = inputs;
    const made = {
      'aws:kms/key:Key': { arn: 'ARN-OF-REGISTRY-KEY', keyId: 'ID-OF-REGISTRY-KEY' },
      'aws:ecr/repository:Repository': { repositoryUrl: `URL-OF ${inputs.name}` },
    };
    return { id: `ID-OF ${name}`, state: { arn: `ARN-OF ${name}`, ...inputs, ...made[type] } };
  },
  call({ token, inputs, provider }) {
    if (!provider) throw new Error(`${token} is called without a provider`);
    if (token !== 'aws:kms/getKey:getKey') throw new Error(`nobody expected a call of ${token}`);
    return { ...inputs, arn: `ARN-OF ${inputs.keyId}` };
  },
};

/** What fails in a program outside of its own calls. */
let failAside = () => {};
process.on('unhandledRejection', (error) => failAside(error));

/** What is told in time, or why it failed. */
async function run({ main, project, stack, config = {} }) {
  registered = [];
  pulumi.runtime.setAllConfig(config);
  await pulumi.runtime.setMocks(mocks, project, stack, false);
  const aside = new Promise((_, reject) => {
    failAside = reject;
  });
  try {
    delete require.cache[require.resolve(main)];
    const outputs = await Promise.race([settled(require(main)), aside]);
    await Promise.race([pulumi.runtime.disconnect(), aside]);
    return { resources: registered, outputs };
  } catch (error) {
    // What it has begun must not come to its end in the next one.
    failAside = () => {};
    await pulumi.runtime.disconnect().catch(() => {});
    return { failed: String(error) };
  }
}

function settled(value) {
  return new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
}

const results = [];
for (const program of JSON.parse(await text(process.stdin))) results.push(await run(program));
process.stdout.write(JSON.stringify(results));
