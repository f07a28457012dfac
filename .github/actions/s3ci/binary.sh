#!/usr/bin/env bash
# Finds an s3ci: the one that the input names, the one from the cache, a release, or a build from the action's own sources.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

done_with() {
  "$1" --version || fail "$1 does not run here"
  output binary "$1"
  exit 0
}

# The repository that the action comes from. The runner puts actions below `_actions`; if this one is elsewhere, the job checked it out itself.
releases() {
  local server=${GITHUB_SERVER_URL:-https://github.com} repository=${GITHUB_REPOSITORY-}
  if [[ $SOURCE =~ /_actions/([^/]+/[^/]+)/ ]]; then
    repository=${BASH_REMATCH[1]}
  fi
  printf '%s/%s/releases/download\n' "$server" "$repository"
}

# Fails if the download fails; ends the job if the checksum differs.
download() {
  local name archive sum
  name=s3ci-$INPUT_VERSION-$(triple)
  archive=$RUNNER_TEMP/$name.tar.gz
  curl --fail --silent --show-error --location --retry 2 --max-time 300 --output "$archive" \
    "${INPUT_RELEASES:-$(releases)}/v$INPUT_VERSION/$name.tar.gz" || return 1
  sum=$(sha256 <"$archive") || true
  # An empty checksum would match any list.
  [ "${#sum}" = 64 ] || fail "the checksum of $name.tar.gz could not be computed here; nothing of it was run"
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
  # In that directory, because cargo and rustup read files of the current directory, and the current one belongs to another project.
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
  # The cached binary may come from another kind of machine.
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
