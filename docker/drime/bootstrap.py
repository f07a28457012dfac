"""Run the stand-in from sources that come in a variable: a container of s3ci can write to nothing but memory.

Used as ``python3 -c``; the sources are an object of paths and texts in S3CI_DRIME_SOURCES.
"""

import json
import os
import pathlib
import runpy
import sys
import tempfile

place = pathlib.Path(tempfile.mkdtemp(prefix="drime-"))
for path, text in json.loads(os.environ.pop("S3CI_DRIME_SOURCES")).items():
    file = place / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
sys.argv[0] = str(place)
runpy.run_path(str(place), run_name="__main__")
