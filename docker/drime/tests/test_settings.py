"""Settings: what is taken, and what stops the start."""

import unittest

from drime_standin.endpoint import Endpoint
from drime_standin.settings import (
    DuplicatePolicy,
    ListingOrder,
    Mutation,
    Settings,
    SettingsError,
)


def settings(**variables: str) -> Settings:
    named = {"API_KEY": "k"} | variables
    return Settings.from_environment({f"S3CI_DRIME_{name}": v for name, v in named.items()})


class SettingsTest(unittest.TestCase):
    def test_only_the_key_is_needed(self) -> None:
        taken = settings()
        self.assertIs(taken.duplicates, DuplicatePolicy.REPLACE)
        self.assertIs(taken.order, ListingOrder.NEWEST_FIRST)
        self.assertIs(taken.mutation, Mutation.NONE)
        self.assertFalse(taken.fault.is_active)
        with self.assertRaisesRegex(SettingsError, "S3CI_DRIME_API_KEY"):
            settings(API_KEY=" ")

    def test_the_key_is_not_shown_with_the_settings(self) -> None:
        self.assertNotIn("hidden-key", repr(settings(API_KEY="hidden-key")))

    def test_a_fault_names_endpoint_moment_and_effect(self) -> None:
        fault = settings(FAULT_ENDPOINT="download", FAULT_STATUS="503", FAULT_EVERY="3").fault
        self.assertEqual((fault.endpoint, fault.status, fault.every), (Endpoint.DOWNLOAD, 503, 3))

    def test_what_cannot_be_meant_is_refused(self) -> None:
        for variables in (
            {"DUPLICATES": "rename"},
            {"WORKSPACE_ID": "-1"},
            {"PAGE_CAP": "0"},
            {"LATENCY_MS": "1.5"},
            {"MUTATION": "all"},
            {"FAULT_STATUS": "200", "FAULT_FIRST": "1"},
            {"FAULT_STATUS": "600", "FAULT_FIRST": "1"},
            {"FAULT_STATUS": "500"},
            {"FAULT_FIRST": "1"},
            {"FAULT_STATUS": "500", "FAULT_FIRST": "1", "FAULT_EVERY": "2"},
            {"FAULT_STATUS": "500", "FAULT_FIRST": "1", "FAULT_ENDPOINT": "everything"},
            {"DUPLICATES": "keep-both", "LISTING_ORDER": "oldest-first"},
            {"DUPLICATES": "keep-both-oldest-first", "LISTING_ORDER": "newest-first"},
        ):
            with self.subTest(variables), self.assertRaises(SettingsError):
                settings(**variables)


if __name__ == "__main__":
    unittest.main()
