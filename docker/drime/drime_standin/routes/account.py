"""Who the key belongs to; and the answer to everything that is not offered."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from drime_standin.admission import admit
from drime_standin.endpoint import Endpoint
from drime_standin.entry import OWNER, OWNER_ID
from drime_standin.errors import not_found

router = APIRouter()
fallback_router = APIRouter()

_ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@router.get("/cli/loggedUser", dependencies=[Depends(admit(Endpoint.LOGGED_USER))])
async def logged_user() -> JSONResponse:
    """The account behind the key, by which pydrime checks a key."""
    user = {"id": OWNER_ID, "email": OWNER["email"], "display_name": OWNER["display_name"]}
    return JSONResponse({"user": user})


@fallback_router.api_route(
    "/{path:path}", methods=_ALL_METHODS, dependencies=[Depends(admit(Endpoint.UNKNOWN))]
)
async def unknown(path: str) -> JSONResponse:
    """Whatever the stand-in does not offer."""
    raise not_found()
