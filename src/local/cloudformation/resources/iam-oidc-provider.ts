// AWS::IAM::OIDCProvider.
// It must not know IAM beyond its API.
import { fields, ifFound, ownTags, type ResourceType, tagChanges, textOf, textsOf } from './type.js';

export const oidcProvider: ResourceType = {
  type: 'AWS::IAM::OIDCProvider',
  properties: {
    Url: { kind: 'text', replaces: true },
    ClientIdList: { kind: 'texts' },
    ThumbprintList: { kind: 'texts' },
    Tags: { kind: 'list' },
  },
  attributes: ['Arn'],
  tagged: true,
  create(wanted, context) {
    const { properties } = wanted;
    const answer = context.call('iam', 'CreateOpenIDConnectProvider', {
      Url: textOf(properties, 'Url'),
      ClientIDList: textsOf(properties, 'ClientIdList'),
      ThumbprintList: textsOf(properties, 'ThumbprintList'),
      Tags: ownTags(wanted),
    });
    const arn = String(answer['OpenIDConnectProviderArn']);
    return { id: arn, attributes: { Arn: arn } };
  },
  update(made, before, after, context) {
    const OpenIDConnectProviderArn = made.id;
    const [had, wants] = [textsOf(before.properties, 'ClientIdList'), textsOf(after.properties, 'ClientIdList')];
    for (const ClientID of wants.filter((one) => !had.includes(one))) {
      context.call('iam', 'AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID });
    }
    for (const ClientID of had.filter((one) => !wants.includes(one))) {
      context.call('iam', 'RemoveClientIDFromOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID });
    }
    const ThumbprintList = textsOf(after.properties, 'ThumbprintList');
    if (ThumbprintList.length > 0) {
      context.call('iam', 'UpdateOpenIDConnectProviderThumbprint', { OpenIDConnectProviderArn, ThumbprintList });
    }
    const { set, gone } = tagChanges(ownTags(before), ownTags(after));
    if (gone.length > 0) context.call('iam', 'UntagOpenIDConnectProvider', { OpenIDConnectProviderArn, TagKeys: gone });
    if (set.length > 0) context.call('iam', 'TagOpenIDConnectProvider', { OpenIDConnectProviderArn, Tags: set });
    return made;
  },
  remove: ({ id }, _properties, context) =>
    void context.call('iam', 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: id }),
  read({ id }, context) {
    const live = ifFound(() => context.call('iam', 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn: id }));
    if (live === undefined) return undefined;
    const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
    return {
      Url: `https://${String(live['Url'])}`,
      ClientIdList: texts(live['ClientIDList']),
      ThumbprintList: texts(live['ThumbprintList']),
      Tags: Array.isArray(live['Tags'])
        ? live['Tags'].map((tag) => ({ Key: String(fields(tag)['Key']), Value: String(fields(tag)['Value']) }))
        : [],
    };
  },
};
