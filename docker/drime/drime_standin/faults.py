"""Errors and delays that strike requests as planned, to see how the client bears them."""

from dataclasses import dataclass
from http import HTTPStatus

from drime_standin.endpoint import Endpoint
from drime_standin.errors import ApiError
from drime_standin.settings import FaultPlan


@dataclass(frozen=True)
class Fault:
    """What happens to one request: a delay, then an error if there is one."""

    delay_seconds: float
    error: ApiError | None


class FaultSchedule:
    """Counts the requests that a plan is about and says which of them are struck."""

    def __init__(self, plan: FaultPlan) -> None:
        self._plan = plan
        self._seen = 0

    def next(self, endpoint: Endpoint) -> Fault | None:
        """The fault for this request, if it is struck."""
        plan = self._plan
        if not plan.is_active or plan.endpoint not in (None, endpoint):
            return None
        self._seen += 1
        early = plan.first is not None and self._seen <= plan.first
        regular = plan.every is not None and self._seen % plan.every == 0
        if not (early or regular):
            return None
        return Fault(plan.delay_seconds, _error(plan))


def _error(plan: FaultPlan) -> ApiError | None:
    if plan.status is None:
        return None
    headers = None
    if plan.retry_after_seconds is not None:
        headers = {"Retry-After": str(plan.retry_after_seconds)}
    return ApiError(plan.status, _message(plan.status), headers=headers)


def _message(status: int) -> str:
    """What the service's framework says with such a status."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Too Many Attempts."
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Server Error"
    return f"Request failed with status {status}."
