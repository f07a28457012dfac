"""What a test asks the stand-in itself: is it there, and what was asked of it.

Outside the API's prefix and without a key, and never counted.
"""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from drime_standin.admission import ServiceState

router = APIRouter()


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Ready: the stand-in has nothing to wait for once it answers."""
    return JSONResponse({"status": "ok"})


@router.get("/control/counts")
async def counts(service: ServiceState) -> JSONResponse:
    """Requests and faults by endpoint since the start or the last reset."""
    return JSONResponse(service.counts.to_json())


@router.delete("/control/counts")
async def reset_counts(service: ServiceState) -> JSONResponse:
    """Set the counts to nought, and hand out what they were, so that none is lost between."""
    answer = service.counts.to_json()
    service.counts.reset()
    return JSONResponse(answer)
