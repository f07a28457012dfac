"""Works for s3ci where the clients are: one request a line on standard input, one answer a line on standard output, both JSON.

Runs programs under a deadline with an environment of their own, makes trees of files from a seed, and reads trees back as a manifest
of SHA-256 sums, so that no client is ever asked whether what it restored is right. Keeps the TLS proxy in front of the server and
counts the requests that pass it. Ends, and takes every program along, when its standard input closes: s3ci holds the other side.

Argument: the directory that all work is done in. Only the standard library is used, for any Python from 3.9 on. On Windows, and on macOS
before Python 3.13, the CPU time of a program is not known and given as 0; on Windows what a program left running does not end with it.
"""

import collections
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.realpath(sys.argv[1])
# What is kept of a program's output, of its beginning and of its end each.
KEPT_BYTES = 256 * 1024
# How long output may still come after a program has ended: somebody that it started may hold the pipe.
LAST_WORDS_SECONDS = 2
# How long the proxy may take to listen, and its log to arrive.
PROXY_SECONDS = 20
MARKER = "/s3ci-marker/"

answers = threading.Lock()
running = set()
running_lock = threading.Lock()


class Refused(Exception):
    """A request that cannot be carried out; the text says why."""


def within(path):
    """A path below the root; nothing that a listing of the server's could contain leads elsewhere."""
    joined = os.path.normpath(os.path.join(ROOT, path))
    if joined != ROOT and not joined.startswith(ROOT + os.sep):
        raise Refused(f"{path} leads out of the work directory")
    return joined


def printable(name):
    """A file's name as text that JSON can carry: bytes that are no UTF-8 are spelt out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


# --- programs ---------------------------------------------------------------------------------------------------------------------


class Capture:
    """Reads a pipe to its end and keeps its beginning and its end; calls back for each time that a text is seen."""

    def __init__(self, pipe, needle, found):
        self.pipe, self.needle, self.found = pipe, needle, found
        self.head, self.tail, self.lost, self.line = bytearray(), collections.deque(), 0, b""
        self.tail_size = 0
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while piece := os.read(self.pipe.fileno(), 65536):
            self.search(piece)
            room = KEPT_BYTES - len(self.head)
            self.head += piece[:room]
            if rest := piece[max(room, 0):]:
                self.tail.append(rest)
                self.tail_size += len(rest)
                while self.tail_size - len(self.tail[0]) > KEPT_BYTES:
                    self.tail_size -= len(self.tail[0])
                    self.lost += len(self.tail.popleft())

    def search(self, piece):
        if not self.needle:
            return
        *lines, self.line = (self.line + piece).split(b"\n")
        self.line = self.line[-65536:]
        for line in lines:
            if self.needle in line:
                self.found()

    def text(self):
        self.thread.join(LAST_WORDS_SECONDS)
        middle = f"\n[{self.lost} bytes left out]\n".encode() if self.lost else b""
        return (bytes(self.head) + middle + b"".join(list(self.tail))).decode("utf-8", "replace")


class Program:
    """A program in a process group of its own, until it has been waited for."""

    def __init__(self, process):
        self.process, self.ended_by, self.lock, self.over = process, "exit", threading.Lock(), False

    def kill(self, why):
        with self.lock:
            if not self.over:
                self.ended_by = why
                self.signal()

    def signal(self):
        try:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        except (ProcessLookupError, PermissionError):
            pass

    def wait(self):
        """Waits for the end; the exit code and the CPU time in seconds."""
        if not hasattr(os, "waitid"):
            code, seconds = self.process.wait(), 0
            with self.lock:
                self.signal()
                self.over = True
            return code, seconds
        # Without reaping: the number stays this program's until nobody can signal it any more.
        os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
        with self.lock:
            # What it left running in the background ends with it.
            self.signal()
            self.over = True
            _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode, usage.ru_utime + usage.ru_stime


def environment(extra):
    own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", ROOT), "LANG": "C.UTF-8", "TMPDIR": tempfile.gettempdir(), "NO_COLOR": "1"}
    return {**own, **extra}


def run(request):
    program = shutil.which(request["program"])
    if program is None:
        raise Refused(f"there is no {request['program']} on the PATH")
    directory = within(request["directory"])
    os.makedirs(directory, exist_ok=True)
    give_up = request.get("give_up")
    patience = threading.Semaphore(give_up["times"] - 1) if give_up else None

    began = time.monotonic()
    process = subprocess.Popen(
        [program, *request["arguments"]], cwd=directory, env=environment(request["environment"]), start_new_session=True,
        stdin=subprocess.PIPE if request.get("stdin") is not None else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    started = Program(process)
    with running_lock:
        running.add(started)

    def found():
        if not patience.acquire(blocking=False):
            started.kill("gave-up")

    needle = give_up["text"].encode() if give_up else b""
    out, err = Capture(process.stdout, needle, found), Capture(process.stderr, needle, found)
    if request.get("stdin") is not None:
        threading.Thread(target=feed, args=(process.stdin, request["stdin"].encode()), daemon=True).start()
    timer = threading.Timer(request["deadline_ms"] / 1000, started.kill, ["deadline"])
    timer.daemon = True
    timer.start()
    try:
        code, cpu = started.wait()
    finally:
        timer.cancel()
        started.kill("lost")
        with running_lock:
            running.discard(started)
    wall = time.monotonic() - began
    return {"ended": started.ended_by, "code": code, "stdout": out.text(), "stderr": err.text(), "wall_ns": int(wall * 1e9), "cpu_ns": int(cpu * 1e9)}


def feed(pipe, text):
    try:
        with pipe:
            pipe.write(text)
    except BrokenPipeError:
        pass


# --- trees ------------------------------------------------------------------------------------------------------------------------


def content(seed, size):
    """Bytes that a seed stands for, a piece at a time."""
    generator = random.Random(seed)
    while size > 0:
        piece = generator.randbytes(min(size, 1 << 20))
        size -= len(piece)
        yield piece


def plant(request):
    """Writes files of given sizes, seeds and modification times."""
    directory = within(request["directory"])
    for file in request["files"]:
        path = within(os.path.join(directory, file["path"]))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as target:
            for piece in content(file["seed"], file["size"]):
                target.write(piece)
        os.utime(path, ns=(file["modified_ns"], file["modified_ns"]))
    return manifest(request)


def manifest(request):
    """Size, SHA-256, MD5 and modification time of each file below a directory; a directory that is not there has none."""
    directory, files = within(request["directory"]), {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            relative = printable(os.path.relpath(path, directory))
            if not os.path.isfile(path) or os.path.islink(path):
                files[relative] = {"size": 0, "sha256": "not a regular file", "md5": "", "modified_ns": 0}
                continue
            sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
            with open(path, "rb") as source:
                while piece := source.read(1 << 20):
                    sha256.update(piece)
                    md5.update(piece)
                    size += len(piece)
            files[relative] = {"size": size, "sha256": sha256.hexdigest(), "md5": md5.hexdigest(), "modified_ns": os.stat(path).st_mtime_ns}
    return {"files": files}


def rename(request):
    source, target = within(request["from"]), within(request["to"])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    os.rename(source, target)
    return {}


def remove(request):
    path = within(request["path"])
    if os.path.isdir(path):
        shutil.rmtree(path, onerror=lambda *_: None)
    elif os.path.lexists(path):
        os.remove(path)
    return {}


# --- the TLS proxy ----------------------------------------------------------------------------------------------------------------


class Proxy:
    """HAProxy with a certificate of this run's own, one line of log for each request."""

    def __init__(self, server):
        for program in ("haproxy", "openssl"):
            if shutil.which(program) is None:
                raise Refused(f"there is no {program} on the PATH")
        self.directory = within("proxy")
        os.makedirs(self.directory, exist_ok=True)
        self.authority = os.path.join(self.directory, "authority.pem")
        both = self.certificate()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = os.path.join(self.directory, "haproxy.cfg")
        with open(configuration, "w") as target:
            target.write(CONFIGURATION.format(port=self.port, certificate=both, server=server))
        self.counts, self.markers, self.news = {}, set(), threading.Condition()
        self.process = subprocess.Popen(
            [shutil.which("haproxy"), "-db", "-f", configuration], env=environment({}), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        with running_lock:
            running.add(Program(self.process))
        self.last, self.asked = collections.deque(maxlen=10), 0
        threading.Thread(target=self.read, daemon=True).start()
        self.settle(f"listen on port {self.port}")

    def certificate(self):
        key, both = os.path.join(self.directory, "key.pem"), os.path.join(self.directory, "both.pem")
        command = [
            shutil.which("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=s3ci", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", self.authority,
        ]
        done = subprocess.run(command, env=environment({}), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused(f"openssl made no certificate: {done.stderr.strip()[-300:]}")
        with open(both, "w") as target:
            for part in (self.authority, key):
                with open(part) as source:
                    target.write(source.read())
        return both

    def read(self):
        for line in self.process.stdout:
            words = line.split(" ", 3)
            with self.news:
                if words[0] != "request" or len(words) != 4:
                    self.last.append(line.strip())
                    continue
                method, path = words[2], words[3].strip()
                if path.startswith(MARKER):
                    self.markers.add(path)
                    self.news.notify_all()
                    continue
                self.note(method, path)

    def note(self, method, path):
        path, _, query = path.partition("?")
        bucket, _, key = path.lstrip("/").partition("/")
        what = f"{method} object" if key else f"{method} bucket"
        if key and ("uploads" in query or "uploadId" in query):
            what = f"{method} multipart"
        if not key and method == "POST" and query.startswith("delete"):
            what = "POST delete"
        if bucket in self.counts or len(self.counts) < 1000:
            counts = self.counts.setdefault(bucket, {})
            counts[what] = counts.get(what, 0) + 1

    def settle(self, what):
        """Waits until everything that was asked of the proxy before is in its log, by asking something more."""
        self.asked += 1
        path, deadline = f"{MARKER}{self.asked}", time.monotonic() + PROXY_SECONDS
        context = ssl.create_default_context(cafile=self.authority)
        while True:
            if self.process.poll() is not None:
                raise Refused(f"haproxy ended: {' / '.join(self.last)}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
                    stream.sendall(f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                    while stream.recv(4096):
                        pass
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Refused(f"haproxy did not {what} within {PROXY_SECONDS} s: {error}") from error
                time.sleep(0.02)
        with self.news:
            if not self.news.wait_for(lambda: path in self.markers, max(deadline - time.monotonic(), 1)):
                raise Refused("haproxy did not log what passed it")


# Requests and answers pass unchanged but for the case of header names; nothing is tried twice, no connection is shared.
CONFIGURATION = """
global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  log global
  log-format "request %ST %HM %HU"
  retries 0
  http-reuse never
  timeout connect 5s
  timeout client 300s
  timeout server 300s
frontend tls
  bind 127.0.0.1:{port} ssl crt {certificate} alpn http/1.1
  http-request return status 204 if {{ path_beg /s3ci-marker/ }}
  default_backend server
backend server
  server server {server}
"""

proxy = None
proxy_lock = threading.Lock()


def serve_tls(request):
    global proxy
    with proxy_lock:
        proxy = proxy or Proxy(request["server"])
        return {"port": proxy.port, "authority": proxy.authority}


def requests(request):
    """How many requests of a bucket passed the proxy so far, by method and what they were about."""
    with proxy_lock:
        if proxy is None:
            raise Refused("there is no proxy")
        proxy.settle("answer")
        return {"counts": proxy.counts.get(request["bucket"], {})}


# --- what there is ----------------------------------------------------------------------------------------------------------------


def first_line(command):
    done = subprocess.run([shutil.which(command[0]), *command[1:]], env=environment({}), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    lines = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode != 0 or not lines:
        raise Refused(lines[-1] if lines else f"exit status {done.returncode}")
    return lines[0]


def programs(request):
    """The first line of what each program says to the command that asks for its version, and why others have none."""
    found, broken, threads = {}, {}, []

    def ask(name, command):
        try:
            found[name] = first_line(command)
        except (OSError, subprocess.SubprocessError, Refused) as error:
            broken[name] = f"does not run: {error}"

    for name, command in [*request["programs"].items(), ("haproxy", ["haproxy", "-v"])]:
        if not shutil.which(command[0]):
            broken[name] = "is not on the PATH"
            continue
        threads.append(threading.Thread(target=ask, args=(name, command), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return {"programs": found, "broken": broken}


# --- the conversation -------------------------------------------------------------------------------------------------------------

WORK = {"run": run, "plant": plant, "manifest": manifest, "rename": rename, "remove": remove, "serve-tls": serve_tls, "requests": requests, "programs": programs}


def carry_out(request):
    try:
        answer = WORK[request["do"]](request)
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except Exception as error:  # The conversation goes on whatever happens to one request.
        answer = {"refused": f"{type(error).__name__}: {error}"}
    line = json.dumps({"id": request["id"], **answer})
    with answers:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def stop(*_):
    with running_lock:
        for program in running:
            program.signal()
    os._exit(0)


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.makedirs(ROOT, exist_ok=True)
    for line in sys.stdin:
        threading.Thread(target=carry_out, args=(json.loads(line),), daemon=True).start()
    stop()


main()
