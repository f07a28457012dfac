#!/usr/bin/env bash
# Settles what s3ci itself cannot: where its binary comes from, what to compare the target with, and where the reports go.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

for name in INPUT_SHARD INPUT_OUT INPUT_ARTIFACT DRIME_API_KEY; do
  case ${!name-} in
    *[[:cntrl:]]*)
      input=${name#INPUT_}
      [ "$name" != DRIME_API_KEY ] || input=drime-key
      refuse "the input $(tr '[:upper:]_' '[:lower:]-' <<<"$input") has a line break or a control character in it"
      ;;
  esac
done
# The runner masks only what it knows to be a secret, and a key can come from elsewhere.
[ -z "${DRIME_API_KEY-}" ] || printf '::add-mask::%s\n' "$DRIME_API_KEY"

if [ -n "${INPUT_VERSION-}" ] && [ -z "${INPUT_SHA256-}" ]; then
  refuse "the input version needs sha256, the checksum of the release's archive; it stands in SHA256SUMS of the release"
fi

# Fetches the history of the checked-out repository, because a shallow checkout has none. The merge commit of a pull request is on no
# branch, so this asks for it by its hash; some servers refuse that, and then it asks for the branches.
deepen() {
  git rev-parse --git-dir >/dev/null 2>&1 || return 1
  local fetch=(git fetch --quiet --tags)
  [ "$(git rev-parse --is-shallow-repository)" = false ] || fetch+=(--unshallow)
  "${fetch[@]}" origin "$(git rev-parse HEAD)" >&2 || "${fetch[@]}" origin >&2 || return 1
}

# The commit to compare a pull request with. GitHub checks out the merge of the pull request and its base as it is now, and there it is the
# first parent. BASE_SHA is the base when the event was sent; with that the change would get the blame for what the base has done since.
# For any other commit it is the commit where the branch began.
base_of_change() {
  local first second
  # git hides the parents of a shallow commit; only the text of the commit has them.
  read -r first second <<<"$(git cat-file commit HEAD 2>/dev/null | sed -n '/^$/q; s/^parent //p' | tr '\n' ' ')"
  if [ -n "${HEAD_SHA-}" ] && [ "$second" = "$HEAD_SHA" ]; then
    git rev-parse --quiet --verify "$first^{commit}"
  else
    git merge-base "$BASE_SHA" HEAD 2>/dev/null
  fi
}

# The directory of the target, if it belongs to the checked-out repository. For any other target the history of that repository says nothing.
place_of_target() {
  local place
  case ${INPUT_TARGET-} in
    path:*) place=${INPUT_TARGET#path:} ;;
    git:*@*) place=${INPUT_TARGET##*@} ;;
    git:*) place=. ;;
    *) return 1 ;;
  esac
  [ "$(git -C "$place" rev-parse --show-toplevel 2>/dev/null)" = "$(git rev-parse --show-toplevel 2>/dev/null)" ] || return 1
  printf '%s\n' "$place"
}

# The version comes from the tags, and the ledger of known issues goes by versions.
case ${INPUT_TARGET-} in
  path:. | git:*)
    if git rev-parse --git-dir >/dev/null 2>&1 && ! git describe --tags --match 'v*' >/dev/null 2>&1; then
      deepen || true
      git describe --tags --match 'v*' >/dev/null 2>&1 ||
        warn "no tag v* is reached from here, so the version is not known and known issues of a version do not count; check out with fetch-depth: 0"
    fi
    ;;
esac

against=${INPUT_AGAINST-}
by_itself=false
case $against in
  none) against= ;;
  auto | '')
    against=
    if [[ ${EVENT_NAME-} != pull_request && ${EVENT_NAME-} != merge_group ]] || [ -z "${BASE_SHA-}" ]; then
      :
    elif ! place=$(place_of_target); then
      echo "the target is not of the repository that is checked out here, so it is compared with nothing"
    else
      by_itself=true
      if ! base=$(base_of_change) && deepen; then
        git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null || git fetch --quiet origin "$BASE_SHA" >&2 || true
        base=$(base_of_change) || true
      fi
      if [ -n "$base" ]; then
        against=git:$base
        [ "$place" = . ] || against+=@$place
      else
        warn "the commit that the pull request is based on is not here, so it is compared with nothing; check out with fetch-depth: 0"
      fi
    fi
    ;;
esac

# A run on the default branch or on a tag tests what is merged already, so its files are as trustworthy as the workflow. That does not hold
# for a pull request, nor for anything else that a workflow checked out.
is_merged() {
  case ${EVENT_NAME-}:${REF-} in
    schedule:*) ;;
    push:refs/tags/* | workflow_dispatch:refs/tags/*) ;;
    "push:refs/heads/${DEFAULT_BRANCH:-/}" | "workflow_dispatch:refs/heads/${DEFAULT_BRANCH:-/}") ;;
    *) return 1 ;;
  esac
  place_of_target >/dev/null || return 1
  [ -n "${SHA-}" ] && [ "$(git rev-parse HEAD 2>/dev/null)" = "$SHA" ]
}

artifact=${INPUT_ARTIFACT-}
case $artifact in
  none) artifact= ;;
  *)
    if [ -n "${INPUT_SHARD-}" ]; then
      artifact=$artifact-${INPUT_SHARD//\//-of-}
    elif [ "$artifact" = s3ci ] && [ "${JOBS:-1}" -gt 1 ]; then
      artifact=s3ci-$JOB
    fi
    ;;
esac

cache_key=
if [ -z "${INPUT_BINARY-}" ] && { [ -z "${INPUT_VERSION-}" ] || [ -z "$(triple)" ]; }; then
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
  cache_key=s3ci-$(uname -s)-$(uname -m)-${libc// /-}-$(digest_of_sources)
fi

output against "$against"
output against-by-itself "$by_itself"
output artifact "$artifact"
if is_merged; then output is-merged true; else output is-merged false; fi
output cache-key "$cache_key"
output binary-dir "$RUNNER_TEMP/s3ci-binary"
output out "${INPUT_OUT:-$RUNNER_TEMP/s3ci}"
