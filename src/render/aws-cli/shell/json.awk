# Policies compared by what they mean, and ours put beside those of others; rules of replication as well. Order says nothing in any of them, nor does a list of one.
#   awk -v mode=same -f json.awk WANTED LIVE                   ends with 0 where both mean the same, with 1 where they do not
#   awk -v mode=merge -v owner=SID -f json.awk WANTED LIVE     prints the policy to write, NONE where nothing is left of it, and nothing
#                                                              where it is as it should be; ours are those whose Sid begins with SID
#   awk -v mode=rules -v account=ID -f json.awk WANTED LIVE NAMES
#                                                              prints the replication configuration to write, and nothing where it is as
#                                                              it should be; ours are those that copy within the account, and name one of
#                                                              the repositories in NAMES in full
# LIVE may be empty: there is none. `partition` is that of the account.

BEGIN {
  if (partition == "") partition = "aws"
  if (mode == "same") exit !(meaning(ARGV[1]) == meaning(ARGV[2]))
  if (mode == "rules") mergeRules(ARGV[1], ARGV[2], ARGV[3])
  else merge(ARGV[1], ARGV[2])
  exit 0
}

function read(file,   text, line) {
  text = ""
  while ((getline line < file) > 0) text = text line "\n"
  close(file)
  count = 0
  at = 1
  while (match(text, /"([^"\\]|\\.)*"|[][{},:]|[^][{},:" \t\r\n]+/)) {
    tokens[++count] = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
  }
  return count
}

function meaning(file) {
  return read(file) == 0 ? "" : value()
}

# The value that begins at this token, in the one form for all that mean the same. Leaves its Sid in `sid`, if it has one.
function value(   token, items, n, key, one, outer) {
  if (at > count) broken()
  token = tokens[at++]
  if (token == "{") {
    n = 0
    while (tokens[at] != "}") {
      if (at > count) broken()
      key = plain(tokens[at])
      at += 2
      outer = principals
      principals = (key == "\"AWS\"")
      one = value()
      principals = outer
      if (key == "\"Principal\"" && one == "\"*\"") one = "{\"AWS\":\"*\"}"
      if (key == "\"Sid\"") sid = one
      items[++n] = key ":" one
      if (tokens[at] == ",") at++
    }
    at++
    return "{" sorted(items, n) "}"
  }
  if (token == "[") {
    n = 0
    while (tokens[at] != "]") {
      if (at > count) broken()
      items[++n] = value()
      if (tokens[at] == ",") at++
    }
    at++
    return n == 1 ? items[1] : "[" sorted(items, n) "]"
  }
  token = plain(token)
  # An account and its root are the same principal.
  if (principals && length(token) == 14 && token ~ /^"[0-9]+"$/)
    return "\"arn:" partition ":iam::" substr(token, 2, 12) ":root\""
  return token
}

# A string without the escapes that it could do without.
function plain(text,   out, code, low) {
  if (text !~ /\\[u\/]/) return text
  out = ""
  while (match(text, /\\(u....|.)/)) {
    out = out substr(text, 1, RSTART - 1)
    code = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    if (code == "\\/") code = "/"
    else if (code ~ /^\\u/) {
      low = hex(substr(code, 3))
      if (low >= 55296 && low < 56320 && text ~ /^\\u/) {
        low = 65536 + (low - 55296) * 1024 + hex(substr(text, 3, 4)) - 56320
        text = substr(text, 7)
      }
      if (low >= 32 && low != 34 && low != 92) code = bytes(low)
    }
    out = out code
  }
  return out text
}

function hex(digits,   n, i) {
  n = 0
  digits = tolower(digits)
  for (i = 1; i <= length(digits); i++) n = n * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
  return n
}

# As UTF-8; awk runs in the locale C, where a character is a byte.
function bytes(code) {
  if (code < 128) return sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
  return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}

function sorted(items, n,   i, j, one, out) {
  for (i = 2; i <= n; i++) {
    one = items[i]
    for (j = i - 1; j > 0 && items[j] > one; j--) items[j + 1] = items[j]
    items[j + 1] = one
  }
  out = ""
  for (i = 1; i <= n; i++) out = out (i > 1 ? "," : "") items[i]
  return out
}

function broken() {
  print "json.awk: this is no JSON" > "/dev/stderr"
  exit 3
}

# The statements of a policy: their text in `texts`, their meaning in `meanings`, their Sids in `sids`; what stands beside them in `rest`.
function statements(file, texts, meanings, sids,   n, key, from, list) {
  n = 0
  rest = ""
  if (read(file) == 0) return 0
  at = 2
  while (at < count) {
    key = tokens[at]
    at += 2
    if (key == "\"Statement\"") {
      list = tokens[at] == "["
      if (list) at++
      while (at <= count && tokens[at] != "]") {
        from = at
        sid = ""
        meanings[++n] = value()
        texts[n] = between(from, at)
        sids[n] = sid
        if (!list) break
        if (tokens[at] == ",") at++
      }
      if (list) at++
    } else {
      from = at
      value()
      rest = rest key ":" between(from, at) ","
    }
    if (tokens[at] == ",") at++
  }
  return n
}

function between(from, to,   i, out) {
  out = ""
  for (i = from; i < to; i++) out = out tokens[i]
  return out
}

function merge(wantedFile, liveFile,   n, i, live, own, wanted, all) {
  n = statements(wantedFile, texts, meanings, sids)
  for (i = 1; i <= n; i++) all = all (i > 1 ? "," : "") texts[i]
  wanted = sorted(meanings, n)
  n = statements(liveFile, liveTexts, liveMeanings, liveSids)
  live = 0
  for (i = n; i > 0; i--) {
    if (index(liveSids[i], "\"" owner) == 1) ownMeanings[++live] = liveMeanings[i]
    else all = liveTexts[i] (all == "" ? "" : ",") all
  }
  own = sorted(ownMeanings, live)
  if (own == wanted) return
  if (all == "") print "NONE"
  else print "{" (n == 0 ? "\"Version\":\"2012-10-17\"," : rest) "\"Statement\":[" all "]}"
}

# The rules of a list, or of a document with one: their text in `texts`, and whether each is ours in `own`.
# What ours do, filter by filter, is in `does`.
function rules(file, texts, own, does,   n, from) {
  n = 0
  if (read(file) == 0) return 0
  while (tokens[at] != "[") {
    if (at > count) broken()
    at++
  }
  at++
  while (tokens[at] != "]") {
    from = at
    value()
    texts[++n] = between(from, at)
    own[n] = isOurs(from, at, does)
    if (tokens[at] == ",") at++
  }
  return n
}

function isOurs(from, to, does,   i, j, key, one, within, named, filters, regions, f, r) {
  within = 1
  named = f = r = 0
  for (i = from; i < to; i++) {
    if (tokens[i + 1] != ":") continue
    key = tokens[i]
    one = plain(tokens[i + 2])
    if (key == "\"registryId\"" && one != "\"" account "\"") within = 0
    if (key == "\"filter\"" && one in names) named = 1
    if (key == "\"filter\"") filters[++f] = one
    if (key == "\"region\"") regions[++r] = one
  }
  if (!within || !named) return 0
  for (i = 1; i <= f; i++) {
    does[filters[i]] = 1
    for (j = 1; j <= r; j++) does[filters[i] " " regions[j]] = 1
  }
  return 1
}

# Those of others word for word and in their order, ours in the place of the first that there was.
function mergeRules(wantedFile, liveFile, namesFile,   n, i, line, wanted, all, differ, isPut) {
  while ((getline line < namesFile) > 0) names["\"" line "\""] = 1
  n = rules(wantedFile, texts, own, does)
  for (i = 1; i <= n; i++) wanted = wanted "," texts[i]
  n = rules(liveFile, liveTexts, liveOwn, liveDoes)
  differ = isPut = 0
  for (i in does) if (!(i in liveDoes)) differ = 1
  for (i in liveDoes) if (!(i in does)) differ = 1
  if (!differ) return
  for (i = 1; i <= n; i++) {
    if (!liveOwn[i]) all = all "," liveTexts[i]
    else if (!isPut++) all = all wanted
  }
  if (!isPut) all = all wanted
  print "{\"rules\":[" substr(all, 2) "]}"
}
