// Says a place's own account, Region and partition as CloudFormation's pseudo parameters, so that a template fits wherever it is deployed.
// It must not know what it is said in.
import type { Place } from '../../registry/index.js';
import type { Json } from './model.js';

/** The same value where it is deployed to that place. Keys of mappings stay as they are. */
export function portable(value: Json, place: Place): Json {
  if (typeof value === 'string') return portableText(value, place);
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => portable(one, place));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, portable(one, place)]));
}

const accountId = '${AWS::AccountId}';
const regionName = '${AWS::Region}';

function portableText(value: string, { account, region, partition }: Place): Json {
  if (value === account) return { Ref: 'AWS::AccountId' };
  if (value === region) return { Ref: 'AWS::Region' };
  // What looks like a variable to Sub is said not to be one.
  const literal = value.replaceAll('${', '${!');
  const [start, of, service, where, whose, ...rest] = literal.split(':');
  if (start === 'arn' && of === partition && whose !== undefined) {
    const fields = [
      start,
      '${AWS::Partition}',
      service,
      where === region ? regionName : where,
      whose === account ? accountId : whose,
      ...rest,
    ];
    return { 'Fn::Sub': fields.join(':') };
  }
  const suffix = partition === 'aws-cn' ? '.amazonaws.com.cn' : '.amazonaws.com';
  if (literal.endsWith(`.${region}${suffix}`)) {
    const head = literal.slice(0, -`.${region}${suffix}`.length);
    return { 'Fn::Sub': `${head}.${regionName}.\${AWS::URLSuffix}` };
  }
  return value;
}

/** A name that has the Region in it; undefined where it has not. */
export function regionalName(name: string, region: string): Json | undefined {
  const inside = `-${region}-`;
  if (!name.includes(inside)) return undefined;
  return { 'Fn::Sub': name.replaceAll('${', '${!').replace(inside, `-${regionName}-`) };
}
