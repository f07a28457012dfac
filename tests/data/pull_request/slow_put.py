    class SlowPut:
        """Holds back the answer to a PUT for a share of the time that it took."""

        def __init__(self, application):
            self.application = application

        async def __call__(self, scope, receive, send):
            import time

            since = time.perf_counter()

            async def late(message):
                if scope.get("method") == "PUT" and message["type"] == "http.response.start":
                    time.sleep((time.perf_counter() - since) * SHARE)
                await send(message)

            await self.application(scope, receive, late)

    app.add_middleware(SlowPut)

    @app.put("/{path:path}")
