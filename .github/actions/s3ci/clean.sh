#!/usr/bin/env bash
# Removes what a killed run left. A run removes its own things unless it is killed; this matters on machines that outlive the job.
set -euo pipefail

words=(clean)
[ -z "${DRIME_API_KEY-}" ] || words+=(--drime)
exec "$S3CI_BINARY" "${words[@]}"
