// What the shell of workflows has around the shell that all systems share: how GitHub hears of values and errors, and comments.
// It must not know workflows, nor the manifest.
import {
  applyScript,
  commentLines,
  type Dialect,
  imageScripts,
  installation,
  planLines,
  planText,
  script,
} from '../ci/scripts.js';

const temp = 'RUNNER_TEMP';

const gitHub: Dialect = {
  temp,
  give: (name) => [`echo "${name}=$${name}" >> "$GITHUB_OUTPUT"`],
  error: (text) => `echo "::error::${text}"`,
  notice: (text) => `echo "::notice::${text}"`,
  result: (text) => `echo "${text}" >> "$GITHUB_STEP_SUMMARY"`,
};

export const { logIn, find, push, moveTags, scanGate, promote } = imageScripts(gitHub);

/** PROJECT, ENVIRONMENT: saves the plan; gives `text`, and `changes`, which is true or false. */
export const plan = script(
  ...planLines(temp),
  `text() { ${planText(temp)}; }`,
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
  ...commentLines(temp, 'printf "%s\\n" "$TEXT"'),
  'id=$(MARK=$mark gh api --paginate "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" \\',
  `  --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARK))) | .id' | head -n 1)`,
  'if [ -n "$id" ]; then',
  '  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" -F body=@"$RUNNER_TEMP/comment.md" > /dev/null',
  'else',
  '  gh api --method POST "repos/$REPOSITORY/issues/$PULL_REQUEST/comments" -F body=@"$RUNNER_TEMP/comment.md" > /dev/null',
  'fi',
);

export const apply = applyScript(temp);

export const install = script(installation, 'echo "$PWD/node_modules/.bin" >> "$GITHUB_PATH"');
