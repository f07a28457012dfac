"""The API's endpoints: what a request must look like and what answers it.

One module a group of endpoints. Rules live in the modules that own the state; a route translates
between them and HTTP. Replies are built as responses at once, because FastAPI's own encoding of
a page of 1,000 entries would cost more than all the rest of a listing.
"""
