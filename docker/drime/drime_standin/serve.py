"""Read arguments and settings, bind the address, serve until a signal ends it.

The address is bound before it is announced, so that port 0 can be asked for and the line on
stdout is true. Requests are not logged one by one: refusals are, and never with a header.
"""

import argparse
import logging
import os
import socket
import sys

import uvicorn

from drime_standin.app import API_PREFIX, create_app
from drime_standin.settings import Settings, SettingsError

EXIT_USAGE = 2
EXIT_ADDRESS = 4


def main() -> int:
    """Run the stand-in; returns the exit code."""
    arguments = _parser().parse_args()
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    try:
        listener = socket.create_server((arguments.host, arguments.port), backlog=128)
    except OSError as error:
        print(
            f"error: cannot listen on {arguments.host}:{arguments.port}: {error}", file=sys.stderr
        )
        return EXIT_ADDRESS
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    host, port = listener.getsockname()[:2]
    scheme = "https" if arguments.certificate else "http"
    print(f"drime stand-in: DRIME_API_URL={scheme}://{host}:{port}{API_PREFIX}", flush=True)
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        ssl_certfile=arguments.certificate,
        ssl_keyfile=arguments.key,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drime", description="A stand-in for the Drime API.")
    parser.add_argument("--host", default="127.0.0.1", help="address (default: loopback only)")
    parser.add_argument("--port", type=int, default=8080, help="port; 0 takes a free one")
    parser.add_argument("--certificate", help="answer over TLS with this certificate (PEM)")
    parser.add_argument("--key", help="the certificate's key (PEM)")
    return parser
