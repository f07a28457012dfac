"""Start a stand-in, and pys3local on top of it, as processes on loopback; and end them again."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

DRIME = Path(__file__).resolve().parent.parent
API_KEY = "key-of-the-tests-0123456789"
WORKSPACE_ID = 1465
START_SECONDS = 60


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without proxies and without settings of its own, plus these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if "proxy" not in name.lower() and not name.startswith(("S3CI_", "DRIME_"))
    }
    return kept | variables


@dataclass
class StandIn:
    """A running stand-in."""

    api_url: str
    log: Path

    @property
    def root_url(self) -> str:
        """Where control endpoints lie."""
        return self.api_url.removesuffix("/api/v1")

    def api(self) -> httpx.Client:
        """A client with the right key, for what a test has to prepare or look at."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        return httpx.Client(base_url=self.api_url, headers=headers, trust_env=False)

    def take_counts(self) -> dict[str, int]:
        """The endpoints asked since the last call, with how often."""
        answer = httpx.delete(f"{self.root_url}/control/counts", trust_env=False)
        counts: dict[str, int] = answer.json()["requests"]
        return {name: number for name, number in counts.items() if number}


@contextmanager
def stand_in(**settings: str) -> Iterator[StandIn]:
    """A stand-in with these settings (names without the prefix), on a free port."""
    variables = {"API_KEY": API_KEY, "WORKSPACE_ID": str(WORKSPACE_ID)} | settings
    prefixed = {f"S3CI_DRIME_{name}": value for name, value in variables.items()}
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "stderr"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, str(DRIME), "--port", "0"],
                env=environment(**prefixed),
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
            try:
                announced = process.stdout.readline()
                if "DRIME_API_URL=" not in announced:
                    raise RuntimeError(f"the stand-in did not start: {log.read_text()}")
                yield StandIn(announced.strip().partition("=")[2], log)
            finally:
                process.terminate()
                process.wait()
                process.stdout.close()


@dataclass
class S3:
    """A running pys3local without authentication, asked by plain HTTP."""

    http: httpx.Client

    def put(self, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        return self.http.put(path, content=body, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def head(self, path: str) -> httpx.Response:
        return self.http.head(path)

    def delete(self, path: str) -> httpx.Response:
        return self.http.delete(path)


@contextmanager
def pys3local(drime: StandIn, *arguments: str) -> Iterator[S3]:
    """pys3local's drime backend on this stand-in, in a fresh home."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "pys3local.cli", "serve", "--backend", "drime", "--no-auth"]
            + ["--listen", f"127.0.0.1:{port}", *arguments],
            env=environment(
                DRIME_API_URL=drime.api_url,
                DRIME_API_KEY=API_KEY,
                DRIME_WORKSPACE_ID=str(WORKSPACE_ID),
                HOME=str(place),
                TMPDIR=str(place),
            ),
            cwd=place,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
                _await_answer(http, process)
                drime.take_counts()
                yield S3(http)
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free: int = listener.getsockname()[1]
        return free


def _await_answer(http: httpx.Client, process: subprocess.Popen[Any]) -> None:
    """Wait until the server answers; pys3local has no event for it that could be awaited."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            http.get("/")
            return
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("pys3local did not start") from None
            time.sleep(0.02)
