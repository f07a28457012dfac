# Functions that the steps of the action share: source this file.
# shellcheck shell=bash

# The action lives in s3ci's own repository.
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
export SOURCE

# A checkout may come from a stranger. So git must not run programs that a repository names, nor use a bare repository inside the tree.
git() {
  command git -c safe.bareRepository=explicit -c core.fsmonitor=false -c core.hooksPath=/dev/null "$@"
}

# The same exit codes as s3ci's: 4 if the environment is at fault, 2 for a wrong input.
fail() { annotate error "$1"; exit 4; }
refuse() { annotate error "$1"; exit 2; }
warn() { annotate warning "$1"; }

# Escapes what the runner would take for the end of a message or for an escape.
annotate() {
  local text=${2//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '::%s title=s3ci::%s\n' "$1" "${text//$'\n'/%0A}"
}

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# The checksum of standard input.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# The triple in the name of a release's archive for this machine; empty if we make no release for it.
triple() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
  esac
}

# Stands for the sources that s3ci is built from: the checksums of all files, with their names.
digest_of_sources() {
  local file
  (cd "$SOURCE" && find Cargo.toml Cargo.lock src docker -type f -not -name '*.pyc' | LC_ALL=C sort |
    while IFS= read -r file; do printf '%s %s\n' "$(git hash-object --no-filters "$file")" "$file"; done | sha256)
}
