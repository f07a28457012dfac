# shellcheck shell=sh
# Process 1 of a server's container. Runs the server given as arguments and
#   - ends with the server's own exit code when it ends by itself;
#   - starts it again on HUP (asked to end) and on USR1 (killed);
#   - kills it and ends when standard input closes: s3ci holds the other side, so no container outlives it.
# The script that kills on a write finds the server's process in /tmp/server.pid.
# Each start is announced by a line on standard error, for s3ci waits for that line after a restart.
#
# What must not stand in the container's configuration, where anybody who may ask the daemon reads it, comes first on standard
# input: lines of the form NAME=value for the server's environment, up to an empty one, and certificates up to another.
set -u
while read -r line && [ -n "$line" ]; do
  export "${line?}"
done
while read -r line && [ -n "$line" ]; do
  printf '%s\n' "$line" >> /tmp/s3ci-certificates.pem
done
# On a volume it is not there yet.
mkdir -p "$HOME"
server='' again='' stop=''
signal() {
  [ -z "$server" ] || kill "-$1" "$server" 2>/dev/null
}
trap 'again=1; signal TERM' HUP
trap 'again=1; signal KILL' USR1
trap 'stop=1; signal KILL' TERM INT

# A background job's own standard input is /dev/null, hence the descriptor.
exec 3<&0 </dev/null
{ while read -r _; do :; done <&3; kill -TERM 1; } &

while [ -z "$stop" ]; do
  again=''
  echo 's3ci: server started' >&2
  "$@" 3<&- &
  server=$!
  echo "$server" >/tmp/server.pid
  # A signal that came before the server had a name has not reached it.
  [ -z "$stop$again" ] || signal KILL
  # `wait` also returns when a signal was handled, with the server still running.
  while
    wait "$server"
    code=$?
    kill -0 "$server" 2>/dev/null
  do :; done
  server=''
  [ -n "$again" ] || exit "$code"
done
