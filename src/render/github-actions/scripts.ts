// The shell of the workflows. All they know comes by the environment: nothing of an event is ever part of a script.
// It must not know workflows, nor the manifest.

function script(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** REGION, REGISTRY, AUTH: whoever the credentials are of logs in, with a file of its own. */
export const logIn = script(
  'aws ecr get-login-password --region "$REGION" |',
  '  skopeo login --authfile "$RUNNER_TEMP/$AUTH" --username AWS --password-stdin "$REGISTRY"',
);

/** Not there is one thing, not known another. */
const lookUp = [
  'look_up() { # AUTH REFERENCE: the digest, nothing where there is no such image',
  '  if skopeo inspect --raw --authfile "$RUNNER_TEMP/$1" "docker://$2" > "$RUNNER_TEMP/manifest" 2> "$RUNNER_TEMP/problem"; then',
  '    echo "sha256:$(sha256sum < "$RUNNER_TEMP/manifest" | cut -d " " -f 1)"',
  '  elif ! grep -qi "manifest unknown" "$RUNNER_TEMP/problem"; then',
  '    cat "$RUNNER_TEMP/problem" >&2',
  '    return 1',
  '  fi',
  '}',
];

/** REGISTRY, REPOSITORY, TAG: a commit is built once. Gives `digest`, empty where it is yet to be built. */
export const find = script(
  ...lookUp,
  'digest=$(look_up registry.json "$REGISTRY/$REPOSITORY:$TAG")',
  'echo "digest=$digest" >> "$GITHUB_OUTPUT"',
  'if [ -n "$digest" ]; then echo "::notice::$REPOSITORY has an image of this commit, which stays: $digest"; fi',
);

/** REGISTRY, REPOSITORY, TAG: the image of the folder `image`, with all its platforms, by its own digest. Gives `digest`. */
export const push = script(
  ...lookUp,
  'digest=sha256:$(skopeo inspect --raw "oci:$RUNNER_TEMP/image" | sha256sum | cut -d " " -f 1)',
  'if ! skopeo copy --all --preserve-digests --retry-times 2 --dest-authfile "$RUNNER_TEMP/registry.json" \\',
  '  "oci:$RUNNER_TEMP/image" "docker://$REGISTRY/$REPOSITORY:$TAG"; then',
  '  # skopeo tells of a conversion that would not have helped, where ECR told of the tag.',
  '  there=$(look_up registry.json "$REGISTRY/$REPOSITORY:$TAG")',
  '  if [ -n "$there" ] && [ "$there" != "$digest" ]; then',
  '    echo "::error::$REPOSITORY:$TAG is there already with other bytes, $there. Nothing was changed."',
  '  fi',
  '  exit 1',
  'fi',
  'echo "digest=$digest" >> "$GITHUB_OUTPUT"',
  'echo "Pushed \\`$REPOSITORY:$TAG\\`, \\`$digest\\`" >> "$GITHUB_STEP_SUMMARY"',
);

/** REGISTRY, REPOSITORY, TAGS: further tags for what was just pushed. */
export const moveTags = script(
  'for tag in $TAGS; do',
  '  skopeo copy --all --preserve-digests --retry-times 2 --dest-authfile "$RUNNER_TEMP/registry.json" \\',
  '    "oci:$RUNNER_TEMP/image" "docker://$REGISTRY/$REPOSITORY:$tag"',
  'done',
);

/** REGION, REGISTRY, REPOSITORY, DIGEST, FAIL_AT: waits for findings, ten minutes at most, and ends with 1 where one is too severe. */
export const scanGate = script(
  'severities="CRITICAL HIGH MEDIUM LOW"',
  'refused=$(echo "$severities" | grep -o ".*$FAIL_AT")',
  '# An index is never scanned, but each image in it; what has no platform is the proof of how it was built.',
  'images=$(skopeo inspect --raw --authfile "$RUNNER_TEMP/registry.json" "docker://$REGISTRY/$REPOSITORY@$DIGEST" |',
  `  jq -r --arg self "$DIGEST" 'if .manifests then .manifests[] | select(.platform.os != "unknown") | .digest else $self end')`,
  'bad=0',
  'for image in $images; do',
  '  status=PENDING',
  '  for _ in $(seq 60); do',
  '    if aws ecr describe-image-scan-findings --no-paginate --output json --region "$REGION" \\',
  '      --repository-name "$REPOSITORY" --image-id "imageDigest=$image" > "$RUNNER_TEMP/scan" 2> "$RUNNER_TEMP/problem"; then',
  `      status=$(jq -r .imageScanStatus.status "$RUNNER_TEMP/scan")`,
  '    elif ! grep -q ScanNotFoundException "$RUNNER_TEMP/problem"; then',
  '      cat "$RUNNER_TEMP/problem" >&2',
  '      exit 1',
  '    fi',
  '    case $status in PENDING | IN_PROGRESS) sleep "$PAUSE" ;; *) break ;; esac',
  '  done',
  '  case $status in',
  '    COMPLETE | ACTIVE) ;;',
  '    *)',
  '      echo "::error::the scan of $image is $status: what was not scanned goes no further"',
  '      exit 1',
  '      ;;',
  '  esac',
  '  for severity in $refused; do',
  `    count=$(jq -r --arg of "$severity" '.imageScanFindings.findingSeverityCounts[$of] // 0' "$RUNNER_TEMP/scan")`,
  '    if [ "$count" -gt 0 ]; then',
  '      echo "::error::$image has $count findings of severity $severity"',
  '      bad=1',
  '    fi',
  '  done',
  'done',
  'exit "$bad"',
);

/** SOURCE, TARGET (addresses without a tag), TAG: the image of one repository in the next, the same to the last bit. */
export const promote = script(
  ...lookUp,
  'digest=$(look_up from.json "$SOURCE:$TAG")',
  'if [ -z "$digest" ]; then',
  '  echo "::error::$SOURCE has no image of this commit, $TAG"',
  '  exit 1',
  'fi',
  'there=$(look_up registry.json "$TARGET:$TAG")',
  'if [ -n "$there" ] && [ "$there" != "$digest" ]; then',
  '  echo "::error::$TARGET:$TAG is another image, $there, where $SOURCE has $digest. Nothing was changed."',
  '  exit 1',
  'fi',
  'if [ -z "$there" ]; then',
  '  skopeo copy --all --preserve-digests --retry-times 2 --src-authfile "$RUNNER_TEMP/from.json" \\',
  '    --dest-authfile "$RUNNER_TEMP/registry.json" "docker://$SOURCE@$digest" "docker://$TARGET:$TAG"',
  '  there=$(look_up registry.json "$TARGET:$TAG")',
  'fi',
  '[ "$there" = "$digest" ]',
  'echo "Promoted \\`$TARGET:$TAG\\`, \\`$digest\\`" >> "$GITHUB_STEP_SUMMARY"',
);

/** PROJECT, ENVIRONMENT: saves the plan; gives `text`, and `changes`, which is true or false. */
export const plan = script(
  'code=0',
  'slipway plan -C "$PROJECT" -e "$ENVIRONMENT" --out "$RUNNER_TEMP/slipway.plan" --detailed-exitcode \\',
  '  > "$RUNNER_TEMP/plan.txt" 2> "$RUNNER_TEMP/problems.txt" || code=$?',
  'cat "$RUNNER_TEMP/plan.txt" "$RUNNER_TEMP/problems.txt"',
  'text() { cat "$RUNNER_TEMP/plan.txt" "$RUNNER_TEMP/problems.txt" | head -c 60000 | iconv -f utf-8 -t utf-8 -c; }',
  '# Nobody can end the value early who does not know how it ends.',
  'end=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d " \\n")',
  '{',
  '  echo "text<<$end"',
  '  text',
  '  echo',
  '  echo "$end"',
  '} >> "$GITHUB_OUTPUT"',
  "{ echo '~~~~~~text'; text; echo; echo '~~~~~~'; } >> \"$GITHUB_STEP_SUMMARY\"",
  'case $code in',
  '  0) echo "changes=false" >> "$GITHUB_OUTPUT" ;;',
  '  2) echo "changes=true" >> "$GITHUB_OUTPUT" ;;',
  '  *) exit "$code" ;;',
  'esac',
);

/** REPOSITORY, PULL_REQUEST, ENVIRONMENT, TEXT, GH_TOKEN: one comment for each environment, written anew. */
export const comment = script(
  'mark="<!-- slipway: plan of $ENVIRONMENT -->"',
  '{',
  '  echo "$mark"',
  '  echo "**slipway plan** of \\`$ENVIRONMENT\\` for $COMMIT"',
  '  echo',
  "  echo '~~~~~~text'",
  '  printf "%s\\n" "$TEXT"',
  "  echo '~~~~~~'",
  '} > "$RUNNER_TEMP/comment.md"',
  'id=$(MARK=$mark gh api --paginate "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" \\',
  `  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARK))) | .id' | head -n 1)`,
  'if [ -n "$id" ]; then',
  '  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" -F body=@"$RUNNER_TEMP/comment.md" > /dev/null',
  'else',
  '  gh api --method POST "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" -F body=@"$RUNNER_TEMP/comment.md" > /dev/null',
  'fi',
);

/** PROJECT: exactly the plan that was saved, or nothing. */
export const apply = script('slipway apply "$RUNNER_TEMP/slipway.plan" -C "$PROJECT"');

/** PROJECT, ENVIRONMENT: ends with 2 where something differs, which fails the job. */
export const drift = script('slipway drift -C "$PROJECT" -e "$ENVIRONMENT"');

/** Slipway as the lockfile of the repository has it. */
export const install = script('npm ci --ignore-scripts', 'echo "$PWD/node_modules/.bin" >> "$GITHUB_PATH"');
