// The kinds of keys there are, and what each may be used for (KMS developer guide, "Key spec reference").
// Data only.

export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT';

type Uses = Readonly<Partial<Record<KeyUsage, readonly string[]>>>;

const rsa: Uses = {
  ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  SIGN_VERIFY: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
};

function ecc(algorithm: string): Uses {
  return { SIGN_VERIFY: [algorithm], KEY_AGREEMENT: ['ECDH'] };
}

function mac(algorithm: string): Uses {
  return { GENERATE_VERIFY_MAC: [algorithm] };
}

const mlDsa: Uses = { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] };

/** By spec: the usages it takes, each with its algorithms. */
export const specs = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: ecc('ECDSA_SHA_256'),
  ECC_NIST_P384: ecc('ECDSA_SHA_384'),
  ECC_NIST_P521: ecc('ECDSA_SHA_512'),
  ECC_SECG_P256K1: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
  ECC_NIST_EDWARDS25519: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  HMAC_224: mac('HMAC_SHA_224'),
  HMAC_256: mac('HMAC_SHA_256'),
  HMAC_384: mac('HMAC_SHA_384'),
  HMAC_512: mac('HMAC_SHA_512'),
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
} as const satisfies Record<string, Uses>;

export type KeySpec = keyof typeof specs;

/** In the API model's words; SM2 is of China's Regions alone and not here. */
export const specNames = Object.keys(specs) as KeySpec[];

/** What the member of a key's description is called that lists its algorithms. */
export const algorithmMembers: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
};

export function usesOf(spec: KeySpec): Uses {
  return specs[spec];
}
