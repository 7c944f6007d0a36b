"""The ladder: curated requests and short sequences, at least one per clause, in a fixed order.

Probes assert nothing: whatever they send is judged by the one oracle.
"""
