#!/usr/bin/env bash
# What is settled before s3ci is there: where it comes from, what the target is compared with, and where the reports go.
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
# The runner masks what it knows to be a secret; a key that came another way is none to it.
[ -z "${DRIME_API_KEY-}" ] || printf '::add-mask::%s\n' "$DRIME_API_KEY"

if [ -n "${INPUT_VERSION-}" ] && [ -z "${INPUT_SHA256-}" ]; then
  refuse "the input version needs sha256, the checksum of the release's archive; it stands in SHA256SUMS of the release"
fi

# Of the checked-out repository: history as far back as a question needs it, for a checkout of the last commit alone has none.
# The merge that stands for a pull request is on no branch, so it is asked for by its name, where the server takes that.
deepen() {
  git rev-parse --git-dir >/dev/null 2>&1 || return 1
  local fetch=(git fetch --quiet --tags)
  [ "$(git rev-parse --is-shallow-repository)" = false ] || fetch+=(--unshallow)
  "${fetch[@]}" origin "$(git rev-parse HEAD)" >&2 || "${fetch[@]}" origin >&2 || return 1
}

# What the change of a pull request is added to. Of the merge with the base as it is now, which is what GitHub checks out, that is the first
# parent: the event's own word for the base (BASE_SHA) is of when it was sent, and would lay to the change what the base has done since.
# Of any other commit it is where it branched off.
base_of_change() {
  local first second
  # A shallow commit has no parents but in its own text.
  read -r first second <<<"$(git cat-file commit HEAD 2>/dev/null | sed -n '/^$/q; s/^parent //p' | tr '\n' ' ')"
  if [ -n "${HEAD_SHA-}" ] && [ "$second" = "$HEAD_SHA" ]; then
    git rev-parse --quiet --verify "$first^{commit}"
  else
    git merge-base "$BASE_SHA" HEAD 2>/dev/null
  fi
}

# The directory of the checked-out repository that the target is of; of any other target the repository's history says nothing.
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

# What a run of the default branch or of a tag tests is merged: its files are as good as the workflow, which stands beside them. Of a pull
# request they are not, nor of anything else that a workflow has checked out.
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
