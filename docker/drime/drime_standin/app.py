"""The application: state, routes, and the form of every refusal."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from drime_standin.errors import ApiError
from drime_standin.routes import account, control, entries, multipart, uploads
from drime_standin.service import Service
from drime_standin.settings import Settings

#: pydrime's own default address ends in this path; DRIME_API_URL must too.
API_PREFIX = "/api/v1"

logger = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """An application with fresh state."""
    app = FastAPI(title="Drime stand-in", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = Service(settings)
    app.exception_handler(ApiError)(_refuse)
    app.exception_handler(RequestValidationError)(_refuse_invalid)
    app.include_router(control.router)
    for module in (entries, uploads, multipart, account):
        app.include_router(module.router, prefix=API_PREFIX)
    app.include_router(account.fallback_router, prefix=API_PREFIX)
    app.include_router(multipart.storage_router, prefix=multipart.STORAGE_PREFIX)
    return app


async def _refuse(request: Request, error: ApiError) -> JSONResponse:
    logger.info("%s %s: %d %s", request.method, request.url.path, error.status, error.message)
    return error.response()


async def _refuse_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """State invalid fields by name and reason; what was sent is not repeated."""
    fields: dict[str, list[str]] = {}
    for problem in error.errors():
        name = ".".join(str(piece) for piece in problem["loc"][1:]) or "body"
        fields.setdefault(name, []).append(str(problem["msg"]))
    refusal = ApiError(422, "The given data was invalid.", errors=fields)
    logger.info("invalid fields: %s", ", ".join(fields))
    return await _refuse(request, refusal)
