# shellcheck shell=sh
# Fills the virtual environment of the image. `dependencies`: all but pys3local, and beside it the tools that build a checkout,
# which stay out of the image. `server`: pys3local itself, from a release or from /build/source.
set -eu
cd /build

# An argument that was not given is set and empty, which pip would take for a setting.
for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST SETUPTOOLS_SCM_PRETEND_VERSION; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || unset "$name"
done
if [ -s ca.pem ]; then
  export PIP_CERT=/build/ca.pem SSL_CERT_FILE=/build/ca.pem REQUESTS_CA_BUNDLE=/build/ca.pem
fi
export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off PIP_ROOT_USER_ACTION=ignore
export PIP_CONSTRAINT=/build/constraints.txt

case $1 in
  dependencies)
    python3 -m venv /opt/venv
    /opt/venv/bin/pip install --requirement requirements.txt
    python3 -m venv /opt/tools
    /opt/tools/bin/pip install --requirement build-requirements.txt
    ;;
  server)
    if [ -n "${REQUIREMENT:-}" ]; then
      /opt/venv/bin/pip install "$REQUIREMENT"
    else
      /opt/tools/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir wheels ./source
      /opt/venv/bin/pip install --no-index --no-deps ./wheels/*.whl
    fi
    ;;
esac
