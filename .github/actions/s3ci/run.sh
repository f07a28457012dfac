#!/usr/bin/env bash
# Turns the inputs into a command line of s3ci and executes it.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

help=$("$S3CI_BINARY" run --help)
# The binary that an input names can be older than the action.
knows() { [[ $help == *"--$1 "* || $help == *"--$1["* ]]; }

words=(run)
option() {
  [ -n "$2" ] || return 0
  knows "$1" || refuse "this s3ci ($("$S3CI_BINARY" --version)) does not know --$1; leave the input out, or take a newer one"
  words+=("--$1" "$2")
}

# If there are several lines, each line is a word, which can contain blanks. Otherwise blanks separate the words.
split() {
  local line rest
  if [[ $1 == *$'\n'?* ]]; then
    while IFS= read -r line; do
      [ -z "$line" ] || words+=("$line")
    done <<<"$1"
  else
    read -r -a rest <<<"$1" || true
    words+=(${rest[@]+"${rest[@]}"})
  fi
}

if [[ ${INPUT_SUITES-} == *[![:space:]]* ]]; then
  read -r -a suites <<<"$(tr '\n' ' ' <<<"$INPUT_SUITES")"
  words+=("${suites[@]}")
else
  words+=(--all)
fi
option target "$INPUT_TARGET"
option runtime "${INPUT_RUNTIME-}"
# If s3ci.toml is not named, s3ci reads it as the base of the comparison has it.
if [ -z "${INPUT_CONFIG-}" ] && [ "${IS_MERGED-}" = true ] && [ -f s3ci.toml ]; then
  INPUT_CONFIG=s3ci.toml
fi
option config "${INPUT_CONFIG-}"
option drime "${INPUT_DRIME-}"
option backend "${INPUT_BACKEND-}"
if [ "${AGAINST_BY_ITSELF-}" = true ] && [ -n "${INPUT_AGAINST-}" ] && ! knows against; then
  warn "this s3ci ($("$S3CI_BINARY" --version)) compares with nothing: it is older than the action"
else
  option against "${INPUT_AGAINST-}"
fi
option tolerance "${INPUT_TOLERANCE-}"
option fail-on "${INPUT_FAIL_ON-}"
option inconclusive "${INPUT_INCONCLUSIVE-}"
case ${INPUT_KNOWN_ISSUES-} in
  none) words+=(--no-known-issues) ;;
  *) option known-issues "${INPUT_KNOWN_ISSUES-}" ;;
esac
case ${INPUT_ACCEPT_KNOWN_ISSUES:-auto} in
  auto) ! [ "${IS_MERGED-}" = true ] || ! knows accept-known-issues || words+=(--accept-known-issues) ;;
  true) knows accept-known-issues || refuse "this s3ci ($("$S3CI_BINARY" --version)) does not know --accept-known-issues; take a newer one"
    words+=(--accept-known-issues) ;;
  false) ;;
  *) refuse "the input accept-known-issues is true, false or auto" ;;
esac
option shard "${INPUT_SHARD-}"
option out "$INPUT_OUT"
split "${INPUT_ARGS-}"

exec "$S3CI_BINARY" "${words[@]}"
