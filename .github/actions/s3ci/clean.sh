#!/usr/bin/env bash
# Removes what a run left that was killed before it could. A run removes its own things; this is for the machine that outlives the job.
set -euo pipefail

words=(clean)
[ -z "${DRIME_API_KEY-}" ] || words+=(--drime)
exec "$S3CI_BINARY" "${words[@]}"
