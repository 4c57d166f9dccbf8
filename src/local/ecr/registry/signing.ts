// GetSigningConfiguration, PutSigningConfiguration and DeleteSigningConfiguration: what is signed as it is pushed.
// It must not sign, nor know images.
import { checked, type ValueOf } from '../check.js';
import { type EcrContext, EcrError, validation } from '../operation.js';
import { modelPattern, nothing } from './shapes.js';
import { Documents } from './state.js';

const filter = {
  kind: 'structure',
  members: {
    filter: {
      kind: 'string',
      min: 1,
      max: 256,
      ...modelPattern('^(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$'),
    },
    filterType: { kind: 'string', oneOf: ['WILDCARD_MATCH'] },
  },
  required: ['filter', 'filterType'],
} as const;

const rule = {
  kind: 'structure',
  members: {
    signingProfileArn: {
      kind: 'string',
      max: 200,
      ...modelPattern('^arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:[0-9]{12}:\\/signing-profiles\\/[a-zA-Z0-9_]{2,}$'),
    },
    repositoryFilters: { kind: 'list', of: filter, min: 1, max: 100 },
  },
  required: ['signingProfileArn'],
} as const;

const signingConfiguration = {
  kind: 'structure',
  members: { rules: { kind: 'list', of: rule, min: 0, max: 10 } },
  required: ['rules'],
} as const;

type SigningConfiguration = ValueOf<typeof signingConfiguration>;

const configurations = new Documents<SigningConfiguration>('signing-configuration');

export const getSigningConfiguration = checked(nothing, (_input, context) => ({
  registryId: context.account,
  signingConfiguration: existing(context),
}));

export const putSigningConfiguration = checked(
  { kind: 'structure', members: { signingConfiguration }, required: ['signingConfiguration'] },
  (input, context) => {
    for (const { signingProfileArn } of input.signingConfiguration.rules) {
      const region = signingProfileArn.split(':')[3];
      // Text: badmintoncryer/cdk-preflight; its code is a guess (?).
      if (region !== context.region) {
        throw validation(
          `The region of signing profile ARN ${signingProfileArn} is '${region}' but must be '${context.region}' (the current region)`,
        );
      }
    }
    configurations.save(context, input.signingConfiguration);
    return { signingConfiguration: input.signingConfiguration };
  },
);

export const deleteSigningConfiguration = checked(nothing, (_input, context) =>
  context.store.transaction(() => {
    const configuration = existing(context);
    configurations.remove(context);
    return { registryId: context.account, signingConfiguration: configuration };
  }),
);

/** What is to be signed as it is pushed; nothing where nothing is configured. */
export function signingRules(context: EcrContext): SigningConfiguration['rules'] {
  return configurations.load(context)?.rules ?? [];
}

function existing(context: EcrContext): SigningConfiguration {
  const configuration = configurations.load(context);
  if (configuration !== undefined) return configuration;
  // (?) after the text for registry policies
  throw new EcrError(
    'SigningConfigurationNotFoundException',
    `Signing configuration does not exist in the registry with id '${context.account}'`,
  );
}
