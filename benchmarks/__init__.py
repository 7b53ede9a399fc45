"""Every figure that the project claims, one command each, against a peer in the same run.

``python -m benchmarks`` runs them all and renews the tables of docs/benchmarks.md; ``python -m benchmarks.NAME`` runs
one and prints its table. No expected figure stands in the code.
"""
