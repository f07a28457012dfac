

# Appended to pys3local's server.py: wraps the application that it creates.
import os as _os
import time as _time

_SHARE = float("@SHARE@")
_DIES_AFTER = int("@DIES_AFTER@")
_create_s3_app = create_s3_app


class _Flaw:
    """Delays each piece of an answer by a share of the time since the piece before it; ends the server after so many requests."""

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
            if _SHARE:
                _time.sleep((_time.perf_counter() - since) * _SHARE)
            await send(message)
            since = _time.perf_counter()

        await self.app(scope, receive, late)


def create_s3_app(*arguments, **options):
    app = _create_s3_app(*arguments, **options)
    app.add_middleware(_Flaw)
    return app
