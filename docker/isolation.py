"""Tries the ways out of a container, and prints as JSON which of them lead somewhere.

Arguments: address and port of something that listens on the machine of s3ci, where there is such a thing. The machine comes first: a
container that reaches it is not isolated, and nobody else is bothered then. Only an error that says that there is no way counts as none:
silence may mean that packets leave and find nobody, for the address outside belongs to documentation.
"""

import concurrent.futures
import errno
import json
import socket
import sys

CLOSED = (errno.EHOSTUNREACH, errno.ENETUNREACH)
OUTSIDE = "203.0.113.1"
METADATA = "169.254.169.254"
NAME = "example.com"
PATIENCE = 6


def leads_somewhere(address, port):
    try:
        socket.create_connection((address, port), PATIENCE).close()
    except OSError as error:
        return error.errno not in CLOSED
    return True


def resolves(name):
    try:
        return bool(socket.getaddrinfo(name, 80))
    except OSError:
        return False


def tried(host):
    if host and leads_somewhere(*host):
        return ["this machine, at " + host[0]]
    ways = [
        ("an address outside", leads_somewhere, (OUTSIDE, 80)),
        ("the address of metadata services", leads_somewhere, (METADATA, 80)),
        ("a name", resolves, (NAME,)),
    ]
    with concurrent.futures.ThreadPoolExecutor(len(ways)) as pool:
        answers = [(what, pool.submit(way, *arguments)) for what, way, arguments in ways]
        return [what for what, answer in answers if answer.result()]


print(json.dumps(tried((sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 2 else None)))
