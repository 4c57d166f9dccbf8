// The shell of jobs of CI: what they run is the same everywhere, but for how a system is told of values, errors and results.
// All they know comes by the environment: nothing of an event is ever part of a script. It must not know workflows, nor the manifest.

/** How a CI system hears of what a script has to say. */
export interface Dialect {
  /** The variable that names a folder of the job's own: `RUNNER_TEMP`. */
  readonly temp: string;
  /** Lines that give the shell variable of this name to later steps, where those are shells of their own. */
  readonly give: (name: string) => readonly string[];
  readonly error: (text: string) => string;
  readonly notice: (text: string) => string;
  /** A line of the result that people read, in Markdown. */
  readonly result: (text: string) => string;
}

export function script(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

export function imageScripts({ temp, give, error, notice, result }: Dialect) {
  const at = `$${temp}`;
  /** Not there is one thing, not known another. */
  const lookUp = [
    'look_up() { # AUTH REFERENCE: the digest, nothing where there is no such image',
    `  if skopeo inspect --raw --authfile "${at}/$1" "docker://$2" > "${at}/manifest" 2> "${at}/problem"; then`,
    `    echo "sha256:$(sha256sum < "${at}/manifest" | cut -d " " -f 1)"`,
    `  elif ! grep -qi "manifest unknown" "${at}/problem"; then`,
    `    cat "${at}/problem" >&2`,
    '    return 1',
    '  fi',
    '}',
  ];
  return {
    /** REGION, REGISTRY, AUTH: whoever the credentials are of logs in, with a file of its own. */
    logIn: script(
      'aws ecr get-login-password --region "$REGION" |',
      `  skopeo login --authfile "${at}/$AUTH" --username AWS --password-stdin "$REGISTRY"`,
    ),

    /** REGISTRY, REPOSITORY, TAG: a commit is built once. Gives `digest`, empty where it is yet to be built. */
    find: script(
      ...lookUp,
      'digest=$(look_up registry.json "$REGISTRY/$REPOSITORY:$TAG")',
      ...give('digest'),
      `if [ -n "$digest" ]; then ${notice('$REPOSITORY has an image of this commit, which stays: $digest')}; fi`,
    ),

    /** REGISTRY, REPOSITORY, TAG: the image of the folder `image`, with all its platforms, by its own digest. Gives `digest`. */
    push: script(
      ...lookUp,
      `digest=sha256:$(skopeo inspect --raw "oci:${at}/image" | sha256sum | cut -d " " -f 1)`,
      `if ! skopeo copy --all --preserve-digests --retry-times 2 --dest-authfile "${at}/registry.json" \\`,
      `  "oci:${at}/image" "docker://$REGISTRY/$REPOSITORY:$TAG"; then`,
      '  # skopeo tells of a conversion that would not have helped, where ECR told of the tag.',
      '  there=$(look_up registry.json "$REGISTRY/$REPOSITORY:$TAG")',
      '  if [ -n "$there" ] && [ "$there" != "$digest" ]; then',
      `    ${error('$REPOSITORY:$TAG is there already with other bytes, $there. Nothing was changed.')}`,
      '  fi',
      '  exit 1',
      'fi',
      ...give('digest'),
      result('Pushed \\`$REPOSITORY:$TAG\\`, \\`$digest\\`'),
    ),

    /** REGISTRY, REPOSITORY, TAGS: further tags for what was just pushed. */
    moveTags: script(
      'for tag in $TAGS; do',
      `  skopeo copy --all --preserve-digests --retry-times 2 --dest-authfile "${at}/registry.json" \\`,
      `    "oci:${at}/image" "docker://$REGISTRY/$REPOSITORY:$tag"`,
      'done',
    ),

    /** REGION, REGISTRY, REPOSITORY, DIGEST, FAIL_AT: waits for findings, ten minutes at most, and ends with 1 where one is too severe. */
    scanGate: script(
      'severities="CRITICAL HIGH MEDIUM LOW"',
      'refused=$(echo "$severities" | grep -o ".*$FAIL_AT")',
      '# An index is never scanned, but each image in it; what has no platform is the proof of how it was built.',
      `images=$(skopeo inspect --raw --authfile "${at}/registry.json" "docker://$REGISTRY/$REPOSITORY@$DIGEST" |`,
      `  jq -r --arg self "$DIGEST" 'if .manifests then .manifests[] | select(.platform.os != "unknown") | .digest else $self end')`,
      'bad=0',
      'for image in $images; do',
      '  status=PENDING',
      '  for _ in $(seq 60); do',
      '    if aws ecr describe-image-scan-findings --no-paginate --output json --region "$REGION" \\',
      `      --repository-name "$REPOSITORY" --image-id "imageDigest=$image" > "${at}/scan" 2> "${at}/problem"; then`,
      `      status=$(jq -r .imageScanStatus.status "${at}/scan")`,
      `    elif ! grep -q ScanNotFoundException "${at}/problem"; then`,
      `      cat "${at}/problem" >&2`,
      '      exit 1',
      '    fi',
      '    case $status in PENDING | IN_PROGRESS) sleep "$PAUSE" ;; *) break ;; esac',
      '  done',
      '  case $status in',
      '    COMPLETE | ACTIVE) ;;',
      '    *)',
      `      ${error('the scan of $image is $status: what was not scanned goes no further')}`,
      '      exit 1',
      '      ;;',
      '  esac',
      '  for severity in $refused; do',
      `    count=$(jq -r --arg of "$severity" '.imageScanFindings.findingSeverityCounts[$of] // 0' "${at}/scan")`,
      '    if [ "$count" -gt 0 ]; then',
      `      ${error('$image has $count findings of severity $severity')}`,
      '      bad=1',
      '    fi',
      '  done',
      'done',
      'exit "$bad"',
    ),

    /** SOURCE, TARGET (addresses without a tag), TAG: the image of one repository in the next, the same to the last bit. */
    promote: script(
      ...lookUp,
      'digest=$(look_up from.json "$SOURCE:$TAG")',
      'if [ -z "$digest" ]; then',
      `  ${error('$SOURCE has no image of this commit, $TAG')}`,
      '  exit 1',
      'fi',
      'there=$(look_up registry.json "$TARGET:$TAG")',
      'if [ -n "$there" ] && [ "$there" != "$digest" ]; then',
      `  ${error('$TARGET:$TAG is another image, $there, where $SOURCE has $digest. Nothing was changed.')}`,
      '  exit 1',
      'fi',
      'if [ -z "$there" ]; then',
      `  skopeo copy --all --preserve-digests --retry-times 2 --src-authfile "${at}/from.json" \\`,
      `    --dest-authfile "${at}/registry.json" "docker://$SOURCE@$digest" "docker://$TARGET:$TAG"`,
      '  there=$(look_up registry.json "$TARGET:$TAG")',
      'fi',
      '[ "$there" = "$digest" ]',
      result('Promoted \\`$TARGET:$TAG\\`, \\`$digest\\`'),
    ),
  };
}

/** PROJECT, ENVIRONMENT: saves the plan, and what was said, in the folder; `code` is 0, or 2 where there are changes. */
export function planLines(temp: string): readonly string[] {
  return [
    'code=0',
    `slipway plan -C "$PROJECT" -e "$ENVIRONMENT" --out "$${temp}/slipway.plan" --detailed-exitcode \\`,
    `  > "$${temp}/plan.txt" 2> "$${temp}/problems.txt" || code=$?`,
    `cat "$${temp}/plan.txt" "$${temp}/problems.txt"`,
  ];
}

/** The plan as people read it, no longer than a comment may be. */
export function planText(temp: string): string {
  return `cat "$${temp}/plan.txt" "$${temp}/problems.txt" | head -c 60000 | iconv -f utf-8 -t utf-8 -c`;
}

/** ENVIRONMENT, COMMIT: a comment with what `text` prints, in the file `comment.md`; it is known again by its first line, `mark`. */
export function commentLines(temp: string, text: string): readonly string[] {
  return [
    'mark="<!-- slipway: plan of $ENVIRONMENT -->"',
    '{',
    '  echo "$mark"',
    '  echo "**slipway plan** of \\`$ENVIRONMENT\\` for $COMMIT"',
    '  echo',
    "  echo '~~~~~~text'",
    `  ${text}`,
    "  echo '~~~~~~'",
    `} > "$${temp}/comment.md"`,
  ];
}

/** PROJECT: exactly the plan that was saved, or nothing. */
export function applyScript(temp: string): string {
  return script(`slipway apply "$${temp}/slipway.plan" -C "$PROJECT"`);
}

/** PROJECT, ENVIRONMENT: ends with 2 where something differs, which fails the job. */
export const drift = script('slipway drift -C "$PROJECT" -e "$ENVIRONMENT"');

/** Slipway as the lockfile of the repository has it. */
export const installation = 'npm ci --ignore-scripts';
