"""The few calls of boto3 that people write first, for the checks of s3ci: what a script of theirs would do, and no more.

    upload DIRECTORY BUCKET     upload_file for each file
    download BUCKET DIRECTORY   the paginator of list_objects_v2, download_file for each key
    list BUCKET PAGE_SIZE       the keys that the paginator of list_objects_v2 yields
    etags BUCKET                the ETag of each of them

The endpoint stands in S3CI_ENDPOINT, everything else where boto3 itself looks for it. Prints one line of JSON.
"""

import json
import os
import sys

import boto3
import botocore
import botocore.config

unsigned = {"signature_version": botocore.UNSIGNED} if os.environ.get("S3CI_UNSIGNED") else {}
client = boto3.client("s3", endpoint_url=os.environ["S3CI_ENDPOINT"], config=botocore.config.Config(**unsigned))


def entries(bucket, **settings):
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig=settings):
        yield from page.get("Contents", [])


def upload(directory, bucket):
    count = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            client.upload_file(path, bucket, os.path.relpath(path, directory))
            count += 1
    return {"transferred": count}


def download(bucket, directory):
    count, root = 0, os.path.realpath(directory)
    for entry in entries(bucket):
        key = entry["Key"]
        path = os.path.realpath(os.path.join(root, key))
        if not path.startswith(root + os.sep):
            sys.exit(f"the key {key!r} leads out of the directory")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        client.download_file(bucket, key, path)
        count += 1
    return {"transferred": count}


def listing(bucket, size):
    return {"keys": [entry["Key"] for entry in entries(bucket, PageSize=int(size))]}


def etags(bucket):
    return {"etags": {entry["Key"]: entry["ETag"] for entry in entries(bucket) if "ETag" in entry}}


work = {"upload": upload, "download": download, "list": listing, "etags": etags}
print(json.dumps(work[sys.argv[1]](*sys.argv[2:])))
