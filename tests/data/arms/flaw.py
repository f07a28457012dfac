

# Appended to pys3local's server.py: wraps the application that it creates.
import os as _os
import time as _time

_SHARE = float("@SHARE@")
_DIES_AFTER = int("@DIES_AFTER@")
_create_s3_app = create_s3_app


class _Flaw:
    """Holds each piece of an answer back by a share of the time since the piece before it; ends the server after so many requests.

    That time is the application's: from the request's head to the answer's last piece, with what it waits for the request's body in it, and
    without the writing of the answer. The wait is a busy one: a sleep lasts longer than it was told to, which would add up over the pieces.
    """

    def __init__(self, app):
        self.app = app
        self.requests = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        self.requests += 1
        if _DIES_AFTER and self.requests > _DIES_AFTER:
            _os._exit(7)
        since = _time.perf_counter()

        async def late(message):
            nonlocal since
            now = _time.perf_counter()
            until = now + (now - since) * _SHARE
            while _time.perf_counter() < until:
                pass
            await send(message)
            since = _time.perf_counter()

        await self.app(scope, receive, late)


def create_s3_app(*arguments, **options):
    app = _create_s3_app(*arguments, **options)
    app.add_middleware(_Flaw)
    return app
