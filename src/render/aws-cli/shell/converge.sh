# shellcheck shell=bash
# What the scripts of the environments are made of. Each function reads what is there, says what differs, and changes that alone;
# what it was not told of stays as it is. A step that was cut off is done again by the next run. Works with bash 3.2 and later.
# SC2030, SC2031: each of what runs beside others has a folder of its own.
# shellcheck disable=SC2030,SC2031

tools=$(dirname "${BASH_SOURCE[0]}")

# begin TITLE ACCOUNT REGION OWNER [OPTION...]: reads the options, checks whose credentials these are, and what repositories there are.
begin() {
  local title=$1 caller
  account=$2 region=$3 owner=$4
  shift 4
  dry=no parallel=8 KEY='' first=1 last=0
  while [ $# -gt 0 ]; do
    case $1 in
      --dry-run) dry=yes ;;
      --parallel=[1-9] | --parallel=[1-9][0-9]) parallel=${1#*=} ;;
      -h | --help) usage && exit 0 ;;
      *) usage >&2 && exit 64 ;;
    esac
    shift
  done
  # The Region is that of the manifest, whatever the caller's own is. Throttled calls are tried again by the AWS CLI.
  home=$region where=''
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
  export AWS_RETRY_MODE=${AWS_RETRY_MODE:-standard} AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-8}
  work=$(mktemp -d)
  scratch=$work
  trap 'rm -rf "$work"' EXIT
  trap 'interrupted' INT TERM
  : >"$work/changes"
  : >"$work/none"
  : >"$work/ours"
  ask '' sts get-caller-identity --query '[Account, Arn]' --output text
  IFS=$'\t' read -r caller arn <<<"$answer"
  if [ "$caller" != "$account" ]; then
    refuse "These credentials are of account $caller, and this is for $account:" "$arn"
  fi
  partition=${arn#arn:}
  partition=${partition%%:*}
  printf '%s\n%s\n' "$title: account $account in $region" "as $arn"
  read_repositories
}

# in_region REGION: what comes after it is of another Region of the account.
in_region() {
  settle
  region=$1 where="$1 "
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region
  read_repositories
}

read_repositories() {
  ask '' ecr describe-repositories --page-size 1000 --query "repositories[].$repository_fields" --output text
  printf '%s\n' "$answer" >"$work/repositories"
}

usage() {
  echo "Usage: apply.sh [--dry-run] [--parallel=8]"
  echo
  echo "  --dry-run      says what it would do, and ends with 2 where that is anything"
  echo "  --parallel=N   looks after N roles or repositories at a time, up to 99"
}

# What is read of a repository: a line of text. What may be empty stands last.
repository_fields="[repositoryName, imageTagMutability, to_string(not_null(imageScanningConfiguration.scanOnPush, \`false\`)),
  not_null(encryptionConfiguration.encryptionType, 'AES256'), not_null(encryptionConfiguration.kmsKey, '-'),
  join(' ', sort(not_null(imageTagMutabilityExclusionFilters, \`[]\`)[].filter))]"

# repository NAME --mutability MODE [--except PATTERN]... --scan-on-push true|false --encryption TYPE [--key KEY]
#   [--lifecycle FILE | --no-lifecycle] [--policy FILE] [--tag KEY VALUE]...
repository() {
  printf '%s\n' "$1" >>"$work/ours"
  later converge_repository "$@"
}

converge_repository() {
  local name=$1 mode='' scan='' encryption='' key='' lifecycle='' policy=$work/none exceptions='' filters=() found
  local is_mode is_scan is_encryption is_key is_exceptions
  tags=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --mutability) mode=$2 && shift 2 ;;
      --except) exceptions="$exceptions${exceptions:+ }$2" filters+=("filterType=WILDCARD,filter=$2") && shift 2 ;;
      --scan-on-push) scan=$2 && shift 2 ;;
      --encryption) encryption=$2 && shift 2 ;;
      --key) key=$2 && shift 2 ;;
      --lifecycle) lifecycle=$2 && shift 2 ;;
      --no-lifecycle) lifecycle=NONE && shift ;;
      --policy) policy=$2 && shift 2 ;;
      --tag) tags+=("$2"$'\t'"$3") && shift 3 ;;
      *) refuse "repository $name: what is $1?" ;;
    esac
  done
  found=$(awk -F '\t' -v name="$name" '$1 == name' "$work/repositories")
  if [ -z "$found" ]; then
    local create=(--repository-name "$name" --image-tag-mutability "$mode" --image-scanning-configuration "scanOnPush=$scan"
      --encryption-configuration "encryptionType=$encryption${key:+,kmsKey=$key}")
    [ -z "$exceptions" ] || create+=(--image-tag-mutability-exclusion-filters "${filters[@]}")
    lack_tags '' && create+=(--tags "$(json_of Key Value)")
    if change "$name" create RepositoryAlreadyExistsException ecr create-repository "${create[@]}"; then
      [ -z "$lifecycle" ] || [ "$lifecycle" = NONE ] || put_lifecycle
      write_policy "$work/none"
      return
    fi
    # Somebody else was faster: then it is there, and what differs is changed.
    ask '' ecr describe-repositories --repository-names "$name" --query "repositories[].$repository_fields" --output text
    found=$answer
  fi
  IFS=$'\t' read -r name is_mode is_scan is_encryption is_key is_exceptions <<<"$found"
  check_encryption
  if [ "$is_mode" != "$mode" ] || [ "$is_exceptions" != "$exceptions" ]; then
    # Without filters it would take those away that are there: both are always said together.
    local mutability=(--repository-name "$name" --image-tag-mutability "$mode")
    [ -z "$exceptions" ] || mutability+=(--image-tag-mutability-exclusion-filters "${filters[@]}")
    change "$name" "tags are $mode${exceptions:+ but $exceptions}" '' ecr put-image-tag-mutability "${mutability[@]}"
  fi
  if [ "$is_scan" != "$scan" ]; then
    change "$name" "scan on push is $scan" '' ecr put-image-scanning-configuration --repository-name "$name" \
      --image-scanning-configuration "scanOnPush=$scan"
  fi
  local arn="arn:$partition:ecr:$region:$account:repository/$name"
  ask '' ecr list-tags-for-resource --resource-arn "$arn" --query 'tags[].[Key, Value]' --output text
  if lack_tags "$answer"; then
    change "$name" "tags $(keys_of)" '' ecr tag-resource --resource-arn "$arn" --tags "$(json_of Key Value)"
  fi
  if [ -n "$lifecycle" ]; then
    if ask LifecyclePolicyNotFoundException ecr get-lifecycle-policy --repository-name "$name" \
      --query lifecyclePolicyText --output text; then
      printf '%s\n' "$answer" >"$scratch/lifecycle"
      if [ "$lifecycle" = NONE ]; then
        change "$name" 'no lifecycle policy' LifecyclePolicyNotFoundException \
          ecr delete-lifecycle-policy --repository-name "$name" || true
      elif ! same "$lifecycle" "$scratch/lifecycle"; then
        put_lifecycle
      fi
    elif [ "$lifecycle" != NONE ]; then
      put_lifecycle
    fi
  fi
  read_into "$scratch/policy" RepositoryPolicyNotFoundException ecr get-repository-policy --repository-name "$name" \
    --query policyText --output text
  write_policy "$scratch/policy"
}

put_lifecycle() {
  change "$name" 'lifecycle policy' '' ecr put-lifecycle-policy --repository-name "$name" \
    --lifecycle-policy-text "file://$lifecycle"
}

# ECR gives a repository its encryption once, and a new repository would lose the images of the old one.
check_encryption() {
  local wanted=$key
  # A key goes by its ARN, its id or an alias, and ECR tells of the ARN.
  case $wanted in
    alias/aws/ecr | arn:*:alias/aws/ecr) wanted='' ;;
    alias/* | arn:*:alias/*)
      if ask NotFoundException kms describe-key --key-id "$wanted" --query KeyMetadata.Arn --output text; then
        wanted=$answer
      fi
      ;;
  esac
  if [ "$is_encryption" = "$encryption" ]; then
    case ${wanted:-any} in any | "$is_key" | "${is_key##*/}") return ;; esac
  fi
  [ "$is_key" != - ] || is_key=''
  refuse "$name is encrypted otherwise, and ECR cannot change that:" \
    "  it has      $is_encryption $is_key" \
    "  it should   $encryption $key" \
    'Let the manifest say what it has, or move its images to another repository.' \
    'Nothing of it was changed.'
}

write_policy() { # LIVE
  merge_policy "$1"
  if [ "$(cat "$scratch/write")" = NONE ]; then
    change "$name" 'no policy' RepositoryPolicyNotFoundException ecr delete-repository-policy --repository-name "$name" || true
  elif [ -s "$scratch/write" ]; then
    change "$name" policy '' ecr set-repository-policy --repository-name "$name" --policy-text "file://$scratch/write"
  fi
}

# Ours beside those of others, which stay word for word.
merge_policy() { # LIVE
  LC_ALL=C awk -v mode=merge -v owner="$owner" -v partition="$partition" -f "$tools/json.awk" "$policy" "$1" >"$scratch/write"
}

# registry_policy [--scope V1|V2] [--policy FILE]: what the registry has once. Without FILE none of it is ours.
registry_policy() {
  local scope='' policy=$work/none
  while [ $# -gt 0 ]; do
    case $1 in
      --scope) scope=$2 && shift 2 ;;
      --policy) policy=$2 && shift 2 ;;
      *) refuse "registry_policy: what is $1?" ;;
    esac
  done
  # A wider scope comes before the statements that need it, a narrower one after those that needed the wider are gone.
  [ "$scope" != V2 ] || put_scope
  read_into "$scratch/policy" RegistryPolicyNotFoundException ecr get-registry-policy --query policyText --output text
  merge_policy "$scratch/policy"
  if [ "$(cat "$scratch/write")" = NONE ]; then
    change 'the registry' 'no policy' RegistryPolicyNotFoundException ecr delete-registry-policy || true
  elif [ -s "$scratch/write" ]; then
    change 'the registry' policy '' ecr put-registry-policy --policy-text "file://$scratch/write"
  fi
  [ "$scope" != V1 ] || put_scope
}

put_scope() {
  ask '' ecr get-account-setting --name REGISTRY_POLICY_SCOPE --query value --output text
  [ "$answer" = "$scope" ] || change 'the registry' "scope of its policy is $scope" '' ecr put-account-setting \
    --name REGISTRY_POLICY_SCOPE --value "$scope"
}

# replication [FILE]: rules by which ECR copies images, beside those of others. Without FILE none of them is ours.
# Comes last: where an image is copied to a repository that is not there, ECR makes one with settings of its own.
replication() {
  local step='no rule of replication'
  [ $# = 0 ] || step='rules of replication'
  settle
  where=''
  ask '' ecr describe-registry --region "$home" --query "not_null(replicationConfiguration.rules, \`[]\`)" --output json
  printf '%s\n' "$answer" >"$scratch/rules"
  LC_ALL=C awk -v mode=rules -v account="$account" -f "$tools/json.awk" \
    "${1:-$work/none}" "$scratch/rules" "$work/ours" >"$scratch/write"
  if [ -s "$scratch/write" ]; then
    change 'the registry' "$step" '' ecr put-replication-configuration \
      --region "$home" --replication-configuration "file://$scratch/write"
  fi
}

# role NAME --path PATH --description TEXT --session SECONDS --trust FILE --permissions FILE [--boundary ARN] [--managed ARN]...
#   [--tag KEY VALUE]...
role() {
  later converge_role "$@"
}

converge_role() {
  local name=$1 path='' description='' session='' trust='' permissions='' boundary='' managed=() one
  local is_path is_session is_boundary is_description
  tags=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --path) path=$2 && shift 2 ;;
      --description) description=$2 && shift 2 ;;
      --session) session=$2 && shift 2 ;;
      --trust) trust=$2 && shift 2 ;;
      --permissions) permissions=$2 && shift 2 ;;
      --boundary) boundary=$2 && shift 2 ;;
      --managed) managed+=("$2") && shift 2 ;;
      --tag) tags+=("$2"$'\t'"$3") && shift 3 ;;
      *) refuse "role $name: what is $1?" ;;
    esac
  done
  local fields="[[Path, to_string(MaxSessionDuration), not_null(PermissionsBoundary.PermissionsBoundaryArn, '-'),
    not_null(Description, '')], [['trust', to_string(AssumeRolePolicyDocument)]], Tags[].[Key, Value]]"
  local reading=(iam get-role --role-name "$name" --query "Role.$fields" --output text)
  if ! ask NoSuchEntity "${reading[@]}"; then
    local create=(--role-name "$name" --path "$path" --description "$description" --max-session-duration "$session"
      --assume-role-policy-document "file://$trust")
    [ -z "$boundary" ] || create+=(--permissions-boundary "$boundary")
    lack_tags '' && create+=(--tags "$(json_of Key Value)")
    if change "role $name" create EntityAlreadyExists iam create-role "${create[@]}"; then
      put_permissions
      for one in ${managed[@]+"${managed[@]}"}; do attach "$one"; done
      return
    fi
    ask '' "${reading[@]}"
  fi
  IFS=$'\t' read -r is_path is_session is_boundary is_description <<<"$answer"
  if [ "$is_path" != "$path" ]; then
    refuse "role $name has the path $is_path, not $path, and IAM cannot change that." \
      'Delete the role, or let the manifest say its path.'
  fi
  lack_tags "$answer" &&
    change "role $name" "tags $(keys_of)" '' iam tag-role --role-name "$name" --tags "$(json_of Key Value)"
  awk -F '\t' '$1 == "trust" { print $2; exit }' <<<"$answer" >"$scratch/trust"
  if [ "$is_description" != "$description" ] || [ "$is_session" != "$session" ]; then
    change "role $name" 'description and longest session' '' iam update-role --role-name "$name" \
      --description "$description" --max-session-duration "$session"
  fi
  if [ -n "$boundary" ] && [ "$is_boundary" != "$boundary" ]; then
    change "role $name" 'permissions boundary' '' iam put-role-permissions-boundary --role-name "$name" \
      --permissions-boundary "$boundary"
  elif [ "$is_boundary" != "${boundary:--}" ]; then
    note "role $name has a permissions boundary that is not in the manifest: $is_boundary"
  fi
  if ! same "$trust" "$scratch/trust"; then
    change "role $name" 'who may take it' '' iam update-assume-role-policy --role-name "$name" \
      --policy-document "file://$trust"
  fi
  read_into "$scratch/permissions" NoSuchEntity iam get-role-policy --role-name "$name" --policy-name slipway \
    --query PolicyDocument --output json
  same "$permissions" "$scratch/permissions" || put_permissions
  ask '' iam list-attached-role-policies --role-name "$name" --query 'AttachedPolicies[].[PolicyArn]' --output text
  local attached=$'\n'$answer$'\n' wanted=$'\n'
  for one in ${managed[@]+"${managed[@]}"}; do
    wanted=$wanted$one$'\n'
    case $attached in *$'\n'"$one"$'\n'*) ;; *) attach "$one" ;; esac
  done
  for one in $answer; do
    case $wanted in *$'\n'"$one"$'\n'*) ;; *) note "role $name has a policy that is not in the manifest: $one" ;; esac
  done
}

put_permissions() {
  change "role $name" 'what it may do' '' iam put-role-policy --role-name "$name" --policy-name slipway \
    --policy-document "file://$permissions"
}

attach() { # ARN
  change "role $name" "policy ${1##*/}" '' iam attach-role-policy --role-name "$name" --policy-arn "$1"
}

# provider HOST [--audience TEXT]... [--thumbprint HEX]... [--tag KEY VALUE]...: what an account has once, and others may use as well:
# audiences and thumbprints are added, and never taken away.
provider() {
  local host=$1 arn="arn:$partition:iam::$account:oidc-provider/$1" audiences=() thumbprints=() one has
  local is_audiences is_thumbprints
  tags=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --audience) audiences+=("$2") && shift 2 ;;
      --thumbprint) thumbprints+=("$2") && shift 2 ;;
      --tag) tags+=("$2"$'\t'"$3") && shift 3 ;;
      *) refuse "provider $host: what is $1?" ;;
    esac
  done
  local reading=(iam get-open-id-connect-provider --open-id-connect-provider-arn "$arn" --output text --query
    "[[join(' ', not_null(ClientIDList, \`[]\`))], [join(' ', not_null(ThumbprintList, \`[]\`))], Tags[].[Key, Value]]")
  if ! ask NoSuchEntity "${reading[@]}"; then
    # An audience may be an address, which version 1 of the AWS CLI would ask the network for if it stood here by itself.
    local create=(--url "https://$host" --client-id-list "$(list_of "${audiences[@]}")")
    # IAM asks the certificate authority of the issuer where there is none.
    [ ${#thumbprints[@]} = 0 ] || create+=(--thumbprint-list "${thumbprints[@]}")
    lack_tags '' && create+=(--tags "$(json_of Key Value)")
    if change "provider $host" create EntityAlreadyExists iam create-open-id-connect-provider "${create[@]}"; then
      return
    fi
    ask '' "${reading[@]}"
  fi
  { read -r is_audiences && read -r is_thumbprints; } <<<"$answer"
  for one in "${audiences[@]}"; do
    case " $is_audiences " in *" $one "*) continue ;; esac
    change "provider $host" "audience $one" '' iam add-client-id-to-open-id-connect-provider \
      --cli-input-json "{\"OpenIDConnectProviderArn\": \"$arn\", \"ClientID\": \"$one\"}"
  done
  has=$is_thumbprints
  for one in ${thumbprints[@]+"${thumbprints[@]}"}; do
    case " $has " in *" $one "*) ;; *) has="$has $one" ;; esac
  done
  if [ "$has" != "$is_thumbprints" ]; then
    # shellcheck disable=SC2086 # They are several words.
    change "provider $host" thumbprints '' iam update-open-id-connect-provider-thumbprint \
      --open-id-connect-provider-arn "$arn" --thumbprint-list $has
  fi
  if lack_tags "$answer"; then
    change "provider $host" "tags $(keys_of)" '' iam tag-open-id-connect-provider \
      --open-id-connect-provider-arn "$arn" --tags "$(json_of Key Value)"
  fi
}

# key ALIAS --description TEXT --rotation DAYS --policy FILE [--tag KEY VALUE]...: leaves its ARN in KEY.
key() {
  local alias=$1 description='' rotation='' policy='' state is_description
  tags=()
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --description) description=$2 && shift 2 ;;
      --rotation) rotation=$2 && shift 2 ;;
      --policy) policy=$2 && shift 2 ;;
      --tag) tags+=("$2"$'\t'"$3") && shift 3 ;;
      *) refuse "key $alias: what is $1?" ;;
    esac
  done
  local reading=(kms describe-key --query "KeyMetadata.[Arn, KeyState, Description]" --output text --key-id)
  if ! ask NotFoundException "${reading[@]}" "$alias"; then
    # One that a run was cut off from may lack the rest as well.
    if create_key || [ "$dry" = yes ]; then return; fi
    ask '' "${reading[@]}" "$KEY"
  fi
  IFS=$'\t' read -r KEY state is_description <<<"$answer"
  if [ "$state" != Enabled ]; then
    refuse "key $alias is $state: repositories need it enabled." "$KEY"
  fi
  if [ "$is_description" != "$description" ]; then
    change "key $alias" description '' kms update-key-description --key-id "$KEY" --description "$description"
  fi
  ask '' kms get-key-policy --key-id "$KEY" --policy-name default --query Policy --output text
  printf '%s\n' "$answer" >"$scratch/policy"
  if ! same "$policy" "$scratch/policy"; then
    change "key $alias" policy '' kms put-key-policy --key-id "$KEY" --policy-name default --policy "file://$policy"
  fi
  ask '' kms get-key-rotation-status --key-id "$KEY" --output text \
    --query '[to_string(KeyRotationEnabled), to_string(RotationPeriodInDays)]'
  [ "$answer" = "true"$'\t'"$rotation" ] || rotate
  ask '' kms list-resource-tags --key-id "$KEY" --query 'Tags[].[TagKey, TagValue]' --output text
  case $answer in *"$unfinished"$'\t'*) finish_key ;; esac
  if lack_tags "$answer"; then
    change "key $alias" "tags $(keys_of)" '' kms tag-resource --key-id "$KEY" --tags "$(json_of TagKey TagValue)"
  fi
}

# On a key from its creation until it has its alias: by it a run that was cut off in between is gone on with, and no second key is made.
unfinished=slipway:unfinished

# Ends with 1 where the key was there, and had no alias.
create_key() {
  local made=1
  KEY='(the new key)'
  ask '' resourcegroupstaggingapi get-resources --resource-type-filters kms:key \
    --tag-filters "Key=$unfinished,Values=$alias" --query 'ResourceTagMappingList[0].ResourceARN' --output text
  if [ "$answer" != None ]; then
    KEY=$answer
  else
    made=0
    local tags=(${tags[@]+"${tags[@]}"} "$unfinished"$'\t'"$alias")
    lack_tags ''
    change "key $alias" create '' kms create-key --key-spec SYMMETRIC_DEFAULT --key-usage ENCRYPT_DECRYPT \
      --description "$description" --policy "file://$policy" \
      --tags "$(json_of TagKey TagValue)" --query KeyMetadata.Arn --output text
    [ "$dry" = yes ] || KEY=$answer
  fi
  change "key $alias" alias '' kms create-alias --alias-name "$alias" --target-key-id "$KEY"
  [ "$made" = 0 ] || return 1
  rotate
  finish_key
}

rotate() {
  change "key $alias" "rotation every $rotation days" '' kms enable-key-rotation --key-id "$KEY" \
    --rotation-period-in-days "$rotation"
}

finish_key() {
  [ "$dry" = yes ] || ask '' kms untag-resource --key-id "$KEY" --tag-keys "$unfinished"
}

# settle: what was begun is at its end. Comes between what needs one another.
settle() {
  while [ "$first" -le "$last" ]; do settle_first; done
}

finish() {
  local count
  settle
  count=$(($(wc -l <"$work/changes")))
  if [ "$count" = 0 ]; then
    echo 'Nothing to change.'
  elif [ "$dry" = no ]; then
    echo "Changed: $count."
  else
    echo "Would change: $count."
    exit 2
  fi
}

# later COMMAND...: beside others; what it says comes in the order of the script.
later() {
  [ $((last - first + 1)) -lt "$parallel" ] || settle_first
  last=$((last + 1))
  (
    scratch=$work/$last
    mkdir "$scratch"
    "$@"
  ) >"$work/out.$last" 2>"$work/err.$last" &
  processes[last]=$!
}

settle_first() {
  local number=$first status=0
  wait "${processes[number]}" || status=$?
  cat "$work/out.$number"
  cat "$work/err.$number" >&2
  first=$((first + 1))
  if [ "$status" != 0 ]; then
    # One that fails must not hide what the others have done.
    while [ "$first" -le "$last" ]; do tell_rest; done
    exit 1
  fi
}

tell_rest() {
  local number=$first
  wait "${processes[number]}" || true
  cat "$work/out.$number"
  cat "$work/err.$number" >&2
  first=$((first + 1))
}

# Calls under way are let come to their end.
interrupted() {
  trap - INT TERM
  echo 'Interrupted: what was begun is finished first.' >&2
  while [ "$first" -le "$last" ]; do tell_rest; done
  echo 'Run it again to do the rest.' >&2
  exit 130
}

# ask CODES ARGUMENT...: the answer of the AWS CLI, in `answer`. Ends with 1 where AWS says one of CODES, which | separates.
ask() {
  local codes=$1 code
  shift
  if answer=$(aws "$@" 2>"$scratch/problem"); then return 0; fi
  code=$(sed -n 's/.*An error occurred (\([A-Za-z.]*\)).*/\1/p' "$scratch/problem" | head -n 1)
  case "|$codes|" in *"|${code:-none}|"*) return 1 ;; esac
  cat "$scratch/problem" >&2
  refuse "Stopped at: aws $1 $2. What is done stays done; run it again once that is mended."
}

# change WHAT STEP CODES ARGUMENT...: says it and does it, or only says it. Ends with 1 where AWS says one of CODES.
change() {
  local what=$1 step=$2
  shift 2
  if [ "$dry" = no ]; then
    ask "$@" || return 1
  fi
  printf '%s%s  %s\n' "$where" "$what" "$step"
  echo >>"$work/changes"
}

# read_into FILE CODE ARGUMENT...: the answer as a file, an empty one where AWS says CODE.
read_into() {
  local file=$1
  shift
  : >"$file"
  if ask "$@"; then printf '%s\n' "$answer" >"$file"; fi
}

same() { # WANTED LIVE
  LC_ALL=C awk -v mode=same -v partition="$partition" -f "$tools/json.awk" "$1" "$2"
}

# lack_tags LIVE: those of `tags` that are not among the lines of LIVE, in `lacking`. Ends with 1 where there is none.
lack_tags() {
  local live=$'\n'$1$'\n' one
  lacking=()
  for one in ${tags[@]+"${tags[@]}"}; do
    case $live in *$'\n'"$one"$'\n'*) ;; *) lacking+=("$one") ;; esac
  done
  [ ${#lacking[@]} -gt 0 ]
}

# json_of KEY VALUE: `lacking` as the AWS CLI takes it. AWS has no quotes and no backslashes in tags.
json_of() {
  local one text=''
  for one in "${lacking[@]}"; do
    text="$text${text:+, }{\"$1\": \"${one%%$'\t'*}\", \"$2\": \"${one#*$'\t'}\"}"
  done
  printf '[%s]' "$text"
}

list_of() {
  local one text=''
  for one in "$@"; do text="$text${text:+, }\"$one\""; done
  printf '[%s]' "$text"
}

keys_of() {
  local one text=''
  for one in "${lacking[@]}"; do text="$text${text:+, }${one%%$'\t'*}"; done
  printf '%s' "$text"
}

note() {
  printf 'note: %s\n' "$1" >&2
}

refuse() {
  printf '%s\n' "$@" >&2
  exit 1
}
