"""Tests of the stand-in. They need what pys3local's image holds, and nothing else:

    pip install 'pys3local[drime]==0.2.1'
    python -m unittest discover -t docker/drime -s docker/drime/tests

`test_api` asks the application in process; `test_pydrime` lets the real pydrime talk to a real
process; `test_pys3local` puts the real pys3local between; `test_known_failures` holds what does
not work in pys3local itself, each with the cause, and turns red when it is mended. All of it takes
about three minutes, nearly all of them pys3local's own start and its error traces.
"""
