"""Says what lies in a directory, after clearing it and planting files there if it is told to.

Arguments: the directory, and, to plant, the one entry to be left alone and a JSON object of contents by path. Prints a JSON object of
what each entry is, by its path below the directory. Runs as the user of a server, in another container that has the same volume.
"""

import hashlib
import json
import os
import shutil
import sys


def plant(directory, spared, files):
    for entry in os.scandir(directory):
        if entry.name == spared:
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    for path, text in files.items():
        place = os.path.join(directory, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)


def described(place):
    if os.path.islink(place):
        return "a link to " + os.readlink(place)
    if os.path.isdir(place):
        return "a directory"
    with open(place, "rb") as file:
        return "a file with the SHA-256 " + hashlib.sha256(file.read()).hexdigest()


def inventory(root):
    found = {}
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            place = os.path.join(directory, name)
            found[os.path.relpath(place, root)] = described(place)
    return found


if len(sys.argv) > 2:
    plant(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
print(json.dumps(inventory(sys.argv[1])))
