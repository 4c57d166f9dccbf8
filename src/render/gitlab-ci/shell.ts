// What the shell of a job on GitLab has around the shell that all systems share: its role, its tools, its words.
// It must not know jobs, nor the manifest.
import { type Dialect, imageScripts, script } from '../ci/scripts.js';

/** Of the job alone, and not of its project, so that no build takes it up. */
export const temp = 'SLIPWAY_TEMP';
export const tempFolder = '/tmp/slipway';

/** All lines of a job are of one shell: what one sets the next one has. */
const gitLab: Dialect = {
  temp,
  give: () => [],
  error: (text) => `echo "ERROR: ${text}" >&2`,
  notice: (text) => `echo "${text}"`,
  result: (text) => `echo "${text.replaceAll('\\`', '')}"`,
};

export const images = imageScripts(gitLab);

/** AWS_ID_TOKEN: the AWS CLI and Slipway take the role AWS_ROLE_ARN with it by themselves. */
export const showToken = script(
  'umask 077',
  `mkdir -p "$${temp}"`,
  `printf %s "$AWS_ID_TOKEN" > "$${temp}/token"`,
  `export AWS_WEB_IDENTITY_TOKEN_FILE="$${temp}/token" AWS_ROLE_SESSION_NAME="gitlab-$CI_PROJECT_ID-$CI_JOB_ID"`,
);

/** CONTEXT, PLATFORMS, PROVENANCE: an OCI layout in the folder `image`; layers come from the cache of GitLab, and go there. */
export const build = script(
  `if [ -d .slipway-cache ]; then mv .slipway-cache "$${temp}/cache"; fi`,
  'docker context create slipway > /dev/null',
  'docker buildx create --use --driver docker-container slipway > /dev/null',
  'docker buildx build --platform "$PLATFORMS" --provenance "$PROVENANCE" \\',
  `  --output "type=oci,tar=false,dest=$${temp}/image" \\`,
  `  --cache-from "type=local,src=$${temp}/cache" --cache-to "type=local,mode=max,dest=$${temp}/next" "$CONTEXT"`,
  `mv "$${temp}/next" .slipway-cache`,
);

/** A note is written anew: SLIPWAY_NOTE_TOKEN is of a bot that may write notes. */
export const postNote = [
  'notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"',
  `printf 'header = "PRIVATE-TOKEN: %s"\\n' "$SLIPWAY_NOTE_TOKEN" > "$${temp}/curl"`,
  `known=$(curl --config "$${temp}/curl" -fsS "$notes?per_page=100&sort=asc")`,
  `id=$(printf %s "$known" | jq -r --arg mark "$mark" '[.[] | select(.body | startswith($mark))][0].id // empty')`,
  'if [ -n "$id" ]; then',
  `  curl --config "$${temp}/curl" -fsS -X PUT --data-urlencode "body@$${temp}/comment.md" "$notes/$id" > /dev/null`,
  'else',
  `  curl --config "$${temp}/curl" -fsS -X POST --data-urlencode "body@$${temp}/comment.md" "$notes" > /dev/null`,
  'fi',
];

/** Lines of a script two spaces further in. */
export function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
