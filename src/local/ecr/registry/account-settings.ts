// GetAccountSetting and PutAccountSetting: the switches of a registry.
// It must not know what the switches change elsewhere.
import { checked } from '../check.js';
import { type EcrContext, invalidMember } from '../operation.js';
import { Documents } from './state.js';

/**
 * Each setting's values, the first being that of a new registry. Sources: the API model and the user guide. Clair ended on
 * 2 February 2026. V2 is the default of new registries; the model no longer lists V1, the guide still does. That blobs are
 * not mounted until it is asked for is a guess (?).
 */
const settings = {
  BASIC_SCAN_TYPE_VERSION: ['AWS_NATIVE'],
  REGISTRY_POLICY_SCOPE: ['V2', 'V1'],
  BLOB_MOUNTING: ['DISABLED', 'ENABLED'],
} as const;

type SettingName = keyof typeof settings;

const name = {
  kind: 'string',
  min: 1,
  max: 64,
  oneOf: ['BASIC_SCAN_TYPE_VERSION', 'REGISTRY_POLICY_SCOPE', 'BLOB_MOUNTING'],
} as const;

const values = new Documents<string>('account-setting');

export const getAccountSetting = checked(
  { kind: 'structure', members: { name }, required: ['name'] },
  (input, context) => ({ name: input.name, value: valueOf(context, input.name) }),
);

export const putAccountSetting = checked(
  { kind: 'structure', members: { name, value: { kind: 'string' } }, required: ['name', 'value'] },
  (input, context) => {
    const legal: readonly string[] = settings[input.name];
    // (?) in the words of the model's enums, of which the value is none
    if (!legal.includes(input.value)) {
      throw invalidMember('value', `Member must satisfy enum value set: [${legal.join(', ')}]`);
    }
    values.save(context, input.value, input.name);
    return { name: input.name, value: input.value };
  },
);

/** Which actions a registry policy may name and is heeded for. */
export function registryPolicyScope(context: EcrContext): string {
  return valueOf(context, 'REGISTRY_POLICY_SCOPE');
}

/** Whether layers of one repository may be used in another of the registry. */
export function isBlobMountingOn(context: EcrContext): boolean {
  return valueOf(context, 'BLOB_MOUNTING') === 'ENABLED';
}

function valueOf(context: EcrContext, setting: SettingName): string {
  return values.load(context, setting) ?? settings[setting][0];
}
