// OIDC providers: issuers whose tokens roles may be assumed with.
// It must not know tokens.
import { checkedQuery } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { alreadyExists, invalidInput, notFound, quotaExceeded } from './errors.js';
import * as shapes from './shapes.js';
import { type OidcProvider, oidcProviders, providerArn, timeOf } from './state.js';
import { mergedTags, type Tagged, tagOperations } from './tags.js';

/** IAM user guide, "IAM and AWS STS quotas". */
const most = 100;
const clientIdsMost = 100;
const thumbprintsMost = 5;
/** What IAM writes down for an issuer that is not asked for its certificate; none is asked here. */
const unknownThumbprint = '0000000000000000000000000000000000000000';

const url = { kind: 'string', min: 1, max: 255 } as const;
const clientId = { kind: 'string', min: 1, max: 255 } as const;
const thumbprint = { kind: 'string', min: 40, max: 40 } as const;
const thumbprints = { kind: 'list', of: thumbprint } as const;

/** An issuer on this machine may speak HTTP: there is no other way to have one in a test. */
function parseUrl(text: string): Pick<OidcProvider, 'url' | 'scheme'> {
  const [, scheme, rest] = /^(https?):\/\/([^?#\s]+)$/.exec(text) ?? [];
  const invalid = new ServiceError('InvalidInput', 'Invalid Open ID Connect Provider URL');
  if (rest === undefined || !URL.canParse(text)) throw invalid;
  const { hostname, username, pathname, host } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (username !== '' || (scheme === 'http' && !isLocal)) throw invalid;
  return { url: host + pathname.replace(/\/+$/, ''), scheme: scheme === 'http' ? 'http' : 'https' };
}

function checkThumbprints(list: readonly string[]): readonly string[] {
  if (list.length > thumbprintsMost) throw invalidInput('Thumbprint list must contain fewer than 5 entries.');
  if (list.some((one) => !/^[0-9a-f]{40}$/i.test(one))) throw invalidInput('Invalid thumbprint');
  return list.map((one) => one.toLowerCase());
}

function find(context: ServiceContext, arn: string): OidcProvider {
  const [, account, name] = /^arn:[a-z-]+:iam::(\d{12}):oidc-provider\/(.+)$/.exec(arn) ?? [];
  const row = name === undefined || account !== context.account ? undefined : oidcProviders.find(context, name);
  if (row === undefined) throw notFound(`OpenIDConnect Provider not found for arn ${arn}`);
  return row;
}

const byArn = {
  kind: 'structure',
  members: { OpenIDConnectProviderArn: shapes.arn },
  required: ['OpenIDConnectProviderArn'],
} as const;

const CreateOpenIDConnectProvider = checkedQuery(
  {
    kind: 'structure',
    members: {
      Url: url,
      ClientIDList: { kind: 'list', of: clientId },
      ThumbprintList: thumbprints,
      Tags: shapes.tags,
    },
    required: ['Url'],
  },
  ({ Url, ClientIDList = [], ThumbprintList = [], Tags }, context) => {
    const at = parseUrl(Url);
    if (oidcProviders.taken(context, at.url)) throw alreadyExists(`Provider with url ${Url} already exists.`);
    if (oidcProviders.rows(context).length >= most) throw quotaExceeded('OpenIdConnectProvidersPerAccount', most);
    if (ClientIDList.length > clientIdsMost) {
      throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', clientIdsMost);
    }
    const provider: OidcProvider = {
      ...at,
      clientIds: [...new Set(ClientIDList)],
      thumbprints: ThumbprintList.length === 0 ? [unknownThumbprint] : checkThumbprints(ThumbprintList),
      createdAt: context.now(),
      tags: mergedTags([], Tags),
    };
    oidcProviders.put(context, provider);
    return {
      OpenIDConnectProviderArn: providerArn(context, provider),
      ...(provider.tags.length > 0 && { Tags: provider.tags }),
    };
  },
);

const GetOpenIDConnectProvider = checkedQuery(byArn, ({ OpenIDConnectProviderArn }, context) => {
  const provider = find(context, OpenIDConnectProviderArn);
  return {
    Url: provider.url,
    ClientIDList: provider.clientIds,
    ThumbprintList: provider.thumbprints,
    CreateDate: timeOf(provider.createdAt),
    Tags: provider.tags,
  };
});

const ListOpenIDConnectProviders: Operation = (_input, context) => ({
  OpenIDConnectProviderList: oidcProviders.rows(context).map(([, row]) => ({ Arn: providerArn(context, row) })),
});

const DeleteOpenIDConnectProvider = checkedQuery(byArn, ({ OpenIDConnectProviderArn }, context) => {
  oidcProviders.remove(context, find(context, OpenIDConnectProviderArn));
  return {};
});

const UpdateOpenIDConnectProviderThumbprint = checkedQuery(
  {
    kind: 'structure',
    members: { ...byArn.members, ThumbprintList: thumbprints },
    required: ['OpenIDConnectProviderArn', 'ThumbprintList'],
  },
  ({ OpenIDConnectProviderArn, ThumbprintList }, context) => {
    const provider = find(context, OpenIDConnectProviderArn);
    oidcProviders.put(context, { ...provider, thumbprints: checkThumbprints(ThumbprintList) });
    return {};
  },
);

const byClient = {
  kind: 'structure',
  members: { ...byArn.members, ClientID: clientId },
  required: ['OpenIDConnectProviderArn', 'ClientID'],
} as const;

const AddClientIDToOpenIDConnectProvider = checkedQuery(byClient, ({ OpenIDConnectProviderArn, ClientID }, context) => {
  const provider = find(context, OpenIDConnectProviderArn);
  const clientIds = [...new Set([...provider.clientIds, ClientID])];
  if (clientIds.length > clientIdsMost) throw quotaExceeded('ClientIdsPerOpenIdConnectProvider', clientIdsMost);
  oidcProviders.put(context, { ...provider, clientIds });
  return {};
});

const RemoveClientIDFromOpenIDConnectProvider = checkedQuery(
  byClient,
  ({ OpenIDConnectProviderArn, ClientID }, context) => {
    const provider = find(context, OpenIDConnectProviderArn);
    oidcProviders.put(context, { ...provider, clientIds: provider.clientIds.filter((one) => one !== ClientID) });
    return {};
  },
);

const tagged: Tagged<OidcProvider> = {
  noun: 'OpenIDConnectProvider',
  list: 'ListOpenIDConnectProviderTags',
  member: 'OpenIDConnectProviderArn',
  shape: shapes.arn,
  find,
  put: (context, row) => oidcProviders.put(context, row),
};

export const providerOperations: readonly (readonly [name: string, Operation])[] = [
  ...Object.entries({
    CreateOpenIDConnectProvider,
    GetOpenIDConnectProvider,
    ListOpenIDConnectProviders,
    DeleteOpenIDConnectProvider,
    UpdateOpenIDConnectProviderThumbprint,
    AddClientIDToOpenIDConnectProvider,
    RemoveClientIDFromOpenIDConnectProvider,
  }),
  ...tagOperations(tagged),
];
