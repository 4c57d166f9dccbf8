// What moto does not know of what the projects say, or says otherwise than AWS.
// It must not know any engine.
import type { EquivalentProject, World } from './projects.js';

/** moto has none of AWS's own policies, and knows no archive. */
export function isKnownToMoto(project: EquivalentProject, there: World): boolean {
  return !/iam::aws:policy\/|"transition"/.test(JSON.stringify(project.desired(there)));
}

/** What moto does not keep, or says otherwise than AWS. */
export const unknownToMoto = [
  /^keys\..*\.(multiRegion: false|rotationPeriodDays: \d+), not null$/,
  // It has no alias for the key that AWS keeps for ECR, and makes up no thumbprint.
  /^repositories\..*\.kmsKey: "alias\/aws\/ecr", not "arn:aws:kms:/,
  /^providers\..*\.thumbprints: .*, not \[\]$/,
];
