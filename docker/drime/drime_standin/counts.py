"""How often each endpoint was asked: the proof that a listing downloads nothing."""

from drime_standin.endpoint import Endpoint


class RequestCounts:
    """Requests by endpoint, each counted before anything can refuse it."""

    def __init__(self) -> None:
        self._requests = dict.fromkeys(Endpoint, 0)
        self._faults = dict.fromkeys(Endpoint, 0)

    def add_request(self, endpoint: Endpoint) -> None:
        """Count a request."""
        self._requests[endpoint] += 1

    def add_fault(self, endpoint: Endpoint) -> None:
        """Count a request that a fault has struck."""
        self._faults[endpoint] += 1

    def to_json(self) -> dict[str, dict[str, int]]:
        """All counts by endpoint name; an endpoint that was never asked shows 0."""
        return {
            "requests": {endpoint.value: n for endpoint, n in self._requests.items()},
            "faults": {endpoint.value: n for endpoint, n in self._faults.items()},
        }

    def reset(self) -> None:
        """Start again from nought."""
        self._requests = dict.fromkeys(Endpoint, 0)
        self._faults = dict.fromkeys(Endpoint, 0)
