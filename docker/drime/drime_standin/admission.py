"""What every request passes before its endpoint answers: count, latency, key, faults.

A request with a body is refused only after the body has been read, as behind the service's
proxy; a client that is still sending would otherwise see a broken connection, not the status.
FastAPI has read declared bodies before a dependency runs; a raw one is read here.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from drime_standin.endpoint import Endpoint
from drime_standin.errors import forbidden, unauthenticated
from drime_standin.service import Service


def service_of(request: Request) -> Service:
    """The state that the application was made with."""
    service: Service = request.app.state.service
    return service


ServiceState = Annotated[Service, Depends(service_of)]


def admit(endpoint: Endpoint, *, by_key: bool = True) -> Callable[..., Awaitable[None]]:
    """A dependency that counts, delays and checks requests of an endpoint.

    `by_key` is off for presigned addresses, which carry a signature instead.
    """

    async def dependency(request: Request, service: ServiceState) -> None:
        service.counts.add_request(endpoint)
        if not by_key:
            await request.body()
        if service.latency_seconds > 0:
            await asyncio.sleep(service.latency_seconds)
        if by_key and not _has_key(request, service.api_key):
            raise unauthenticated()
        fault = service.faults.next(endpoint)
        if fault is None:
            return
        service.counts.add_fault(endpoint)
        await asyncio.sleep(fault.delay_seconds)
        if fault.error is not None:
            raise fault.error

    return dependency


def check_workspace(service: Service, *workspace_ids: int | None) -> int:
    """The workspace that a request names, once or several times; none named is the personal one.

    Forbidden where the key's owner is no member, or where the request contradicts itself.
    """
    named = {workspace_id for workspace_id in workspace_ids if workspace_id is not None}
    if len(named) > 1 or not named <= service.workspaces:
        raise forbidden()
    return named.pop() if named else 0


def _has_key(request: Request, api_key: str) -> bool:
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.encode(), api_key.encode())
