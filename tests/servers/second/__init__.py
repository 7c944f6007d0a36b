"""A second implementation of the contract, with the habits of another stack: http.server in front, SQL behind, tables
that are mapped to columns, a connection pool, and rules that are put together from small checks.

It shares no code with the mock or with the first independent server, reads nothing from ``spec/``, and was written,
with its faults and its legal variants, by somebody who had not read the probes.
"""
