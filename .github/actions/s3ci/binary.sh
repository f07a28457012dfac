#!/usr/bin/env bash
# Brings s3ci: the one that is here, the one that the cache had, a release, or a build from the action's own sources.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

done_with() {
  "$1" --version || fail "$1 does not run here"
  output binary "$1"
  exit 0
}

# The repository that the action was fetched from: the runner puts it below `_actions`; another place is a checkout of the job's own.
releases() {
  local server=${GITHUB_SERVER_URL:-https://github.com} repository=${GITHUB_REPOSITORY-}
  if [[ $SOURCE =~ /_actions/([^/]+/[^/]+)/ ]]; then
    repository=${BASH_REMATCH[1]}
  fi
  printf '%s/%s/releases/download\n' "$server" "$repository"
}

# Fails where the release cannot be had; ends the job where it is another than the one that was named.
download() {
  local name archive sum
  name=s3ci-$INPUT_VERSION-$(triple)
  archive=$RUNNER_TEMP/$name.tar.gz
  curl --fail --silent --show-error --location --retry 2 --max-time 300 --output "$archive" \
    "${INPUT_RELEASES:-$(releases)}/v$INPUT_VERSION/$name.tar.gz" || return 1
  sum=$(sha256 <"$archive") || true
  # An empty one would be found in any list.
  [ "${#sum}" = 64 ] || fail "the checksum of $name.tar.gz cannot be told here; nothing of it was run"
  case " $(tr '\n\t' '  ' <<<"$INPUT_SHA256") " in
    *" $sum "*) ;;
    *) rm -f "$archive"; fail "the checksum of $name.tar.gz is $sum, which is not the one that was named; nothing of it was run" ;;
  esac
  mkdir -p "$BINARY_DIR"
  tar -xzf "$archive" -C "$BINARY_DIR" --strip-components 1 "$name/s3ci"
}

build() {
  local path=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
  PATH=$path command -v cargo >/dev/null || fail "there is no cargo to build s3ci with; install Rust in a step before, or name a version and sha256"
  echo "building s3ci; the cache keeps it"
  # There, for cargo and rustup are led by files of the directory that they are called in, and that one is another project's.
  (cd "$SOURCE" && PATH=$path cargo build --release --locked --target-dir "$RUNNER_TEMP/s3ci-build") ||
    fail "s3ci could not be built; cargo's last lines say why"
  mkdir -p "$BINARY_DIR"
  cp "$RUNNER_TEMP/s3ci-build/release/s3ci" "$BINARY_DIR/s3ci"
  rm -rf "$RUNNER_TEMP/s3ci-build"
  output built true
}

if [ -n "${INPUT_BINARY-}" ]; then
  [ -x "$INPUT_BINARY" ] || refuse "the input binary names $INPUT_BINARY, which is no program"
  done_with "$(cd "$(dirname "$INPUT_BINARY")" && pwd)/$(basename "$INPUT_BINARY")"
fi
if [ -x "$BINARY_DIR/s3ci" ]; then
  # One from the cache may be of another machine after all.
  ! "$BINARY_DIR/s3ci" --version >/dev/null || done_with "$BINARY_DIR/s3ci"
  warn "the s3ci from the cache does not run here; building another"
fi
if [ -n "${INPUT_VERSION-}" ]; then
  if [ -n "$(triple)" ] && download; then
    done_with "$BINARY_DIR/s3ci"
  fi
  warn "s3ci $INPUT_VERSION could not be downloaded for $(uname -s) $(uname -m); building from source"
fi
build
done_with "$BINARY_DIR/s3ci"
