"""The published figures: one script each, each prints one row of the table.

``python -m bench`` runs them all one after another (long) and prints the table;
``python -m bench --quick`` is a smoke run whose numbers mean nothing;
``python -m bench.ai4i`` runs one; ``python -m bench --table`` prints what was measured last.
"""
