"""The real pys3local on the stand-in: what works today, in each of its modes."""

import os
import re
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree

from tests.harness import S3, WORKSPACE_ID, StandIn, pys3local, stand_in

NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
UUID_TAG = re.compile(r'"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"')
LARGE_BYTES = 40 * 1024 * 1024
MODES: dict[str, tuple[str, tuple[str, ...]]] = {
    "custom": ("box", ("--allow-bucket-creation",)),
    "custom-root": ("box", ("--allow-bucket-creation", "--root-folder", "backups/s3")),
    "default": ("default", ()),
    "default-root": ("default", ("--root-folder", "backups/s3")),
}


@contextmanager
def server(mode: str, **settings: str) -> Iterator[tuple[StandIn, S3, str]]:
    """Both processes, with the bucket made; yields the bucket's path too."""
    bucket, arguments = MODES[mode]
    with stand_in(**settings) as drime, pys3local(drime, *arguments) as s3:
        created = s3.put(f"/{bucket}")
        if created.status_code != 200:
            raise AssertionError(created.text)
        yield drime, s3, f"/{bucket}"


def listed(s3: S3, bucket: str, **query: str) -> dict[str, str]:
    """Keys and tags of a listing."""
    answer = s3.get(bucket, **{"list-type": "2"} | query)
    root = ElementTree.fromstring(answer.text)
    return {
        item.findtext(f"{NAMESPACE}Key", ""): item.findtext(f"{NAMESPACE}ETag", "")
        for item in root.iter(f"{NAMESPACE}Contents")
    }


class EveryModeTest(unittest.TestCase):
    def test_objects_are_stored_listed_and_deleted(self) -> None:
        contents = {"a.txt": b"small", "empty": b"", "x/y/z.bin": os.urandom(1000)}
        for mode in MODES:
            with self.subTest(mode), server(mode) as (_, s3, bucket):
                tags = {}
                for key, content in contents.items():
                    tags[key] = s3.put(f"{bucket}/{key}", content).headers["etag"]
                    self.assertRegex(tags[key], UUID_TAG)
                for key, content in contents.items():
                    got, head = s3.get(f"{bucket}/{key}"), s3.head(f"{bucket}/{key}")
                    self.assertEqual((got.content, got.headers["etag"]), (content, tags[key]))
                    self.assertEqual(head.headers["etag"], tags[key])
                    self.assertEqual(head.headers["content-length"], str(len(content)))
                self.assertEqual(listed(s3, bucket), tags)
                for key in contents:
                    self.assertEqual(s3.delete(f"{bucket}/{key}").status_code, 204)
                    self.assertEqual(s3.head(f"{bucket}/{key}").status_code, 404)
                self.assertEqual(listed(s3, bucket), {})

    def test_an_overwrite_changes_tag_and_bytes(self) -> None:
        for mode in MODES:
            with self.subTest(mode), server(mode) as (_, s3, bucket):
                first = s3.put(f"{bucket}/k", b"version 1").headers["etag"]
                second = s3.put(f"{bucket}/k", b"version 2").headers["etag"]
                self.assertNotEqual(first, second)
                self.assertEqual(s3.get(f"{bucket}/k").content, b"version 2")
                self.assertEqual(listed(s3, bucket), {"k": second})

    def test_forty_mebibytes_go_whole_or_in_parts(self) -> None:
        content = os.urandom(LARGE_BYTES)
        for mode in ("custom", "default-root"):
            with self.subTest(mode), server(mode) as (drime, s3, bucket):
                for key, parts in (("flat", 0), ("deep/down", 2)):
                    tag = s3.put(f"{bucket}/{key}", content).headers["etag"]
                    got = s3.get(f"{bucket}/{key}")
                    self.assertEqual((got.headers["etag"], got.content == content), (tag, True))
                    self.assertEqual(drime.take_counts().get("multipart-part", 0), parts)

    def test_a_listing_downloads_nothing(self) -> None:
        for mode in MODES:
            with self.subTest(mode), server(mode) as (drime, s3, bucket):
                for number in range(20):
                    s3.put(f"{bucket}/d{number % 2}/k{number}", b"x")
                drime.take_counts()
                self.assertEqual(len(listed(s3, bucket)), 20)
                self.assertEqual(set(drime.take_counts()), {"list-entries"})


class BucketTest(unittest.TestCase):
    def test_a_bucket_is_made_once_and_deleted_with_its_objects(self) -> None:
        for mode in ("custom", "custom-root"):
            with self.subTest(mode), server(mode) as (_, s3, bucket):
                self.assertEqual(s3.put(bucket).status_code, 409)
                self.assertIn("<Name>box</Name>", s3.get("/").text)
                s3.put(f"{bucket}/x/k", b"1")
                self.assertEqual(s3.delete(bucket).status_code, 204)
                self.assertEqual(s3.head(bucket).status_code, 404)
                self.assertEqual(s3.put(bucket).status_code, 200)
                self.assertEqual(listed(s3, bucket), {})

    def test_the_default_bucket_cannot_be_deleted(self) -> None:
        with server("default") as (_, s3, bucket):
            self.assertEqual(s3.delete(bucket).status_code, 409)

    def test_a_root_folder_holds_everything(self) -> None:
        with server("custom-root") as (drime, s3, bucket), drime.api() as api:
            s3.put(f"{bucket}/k", b"1")
            query = {"workspaceId": WORKSPACE_ID, "parentIds": "0"}
            entries = api.get("/drive/file-entries", params=query).json()["data"]
            self.assertEqual([entry["name"] for entry in entries], ["backups"])


class FaultTest(unittest.TestCase):
    def test_a_rate_limit_on_listings_is_waited_out(self) -> None:
        settings = {"FAULT_STATUS": "429", "FAULT_RETRY_AFTER": "0", "FAULT_FIRST": "2"}
        with server("default", FAULT_ENDPOINT="list-entries", **settings) as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1")
            self.assertEqual(s3.get(f"{bucket}/k").content, b"1")

    def test_a_lasting_rate_limit_is_an_error(self) -> None:
        settings = {"FAULT_STATUS": "429", "FAULT_RETRY_AFTER": "0", "FAULT_EVERY": "1"}
        with server("default", FAULT_ENDPOINT="list-entries", **settings) as (_, s3, bucket):
            s3.put(f"{bucket}/k", b"1")
            self.assertEqual(s3.get(f"{bucket}/k").status_code, 500)


class MutationTest(unittest.TestCase):
    """Each broken rule reaches an S3 client, and so can turn a check red."""

    def test_the_same_uuid_is_the_same_tag(self) -> None:
        for mutation in ("same-uuid-after-change", "uuid-by-name"):
            with self.subTest(mutation), server("default", MUTATION=mutation) as (_, s3, bucket):
                tags = {s3.put(f"{bucket}/k", body).headers["etag"] for body in (b"1", b"2")}
                self.assertEqual(len(tags), 1)
                self.assertEqual(s3.get(f"{bucket}/k").content, b"2")

    def test_stale_bytes_are_served_under_a_new_tag(self) -> None:
        with server("default", MUTATION="download-by-stale-hash") as (_, s3, bucket):
            tags = [s3.put(f"{bucket}/k", body).headers["etag"] for body in (b"1", b"2")]
            got = s3.get(f"{bucket}/k")
            self.assertEqual((got.content, got.headers["etag"]), (b"1", tags[1]))

    def test_a_dropped_entry_is_not_listed(self) -> None:
        with server("default", MUTATION="dropped-entry") as (_, s3, bucket):
            for key in ("a", "b"):
                s3.put(f"{bucket}/{key}", b"1")
            self.assertEqual(list(listed(s3, bucket)), ["b"])

    def test_the_oldest_version_is_served(self) -> None:
        with server("default", MUTATION="listing-oldest-first") as (_, s3, bucket):
            tags = [s3.put(f"{bucket}/k", body).headers["etag"] for body in (b"1", b"2")]
            got = s3.get(f"{bucket}/k")
            self.assertEqual((got.content, got.headers["etag"]), (b"1", tags[0]))


if __name__ == "__main__":
    unittest.main()
