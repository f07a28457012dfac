"""A stand-in for the Drime API, so that pys3local's drime backend is tested without credentials.

It answers the requests that pydrime sends on behalf of pys3local the way the service does, as
far as pydrime's source, tests and documentation show it. All state lives in memory and is gone
when the process ends; no request ever leaves it.

Deliberately absent: sharing, vaults, notes, starring, renaming, moving, accounts, and everything
else that pys3local never asks for. Such a request is answered with 404 and counted as
``unknown``, so that a new need of a later release shows up instead of being papered over.

Reading order: ``settings`` (what can be varied), ``entry`` and ``store`` (the state),
``multipart`` (large uploads), ``admission`` (what every request passes), ``routes`` (the API).
"""
