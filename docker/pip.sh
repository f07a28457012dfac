# Installs packages into the virtual environment $1 under the constraints file, trusting the certificates of the build if there are any.
set -eu
environment=$1
shift
if [ -s /build/ca.pem ]; then
  export PIP_CERT=/build/ca.pem SSL_CERT_FILE=/build/ca.pem REQUESTS_CA_BUNDLE=/build/ca.pem
fi
for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || unset "$name"
done
exec "$environment/bin/pip" install --constraint /build/constraints.txt "$@"
