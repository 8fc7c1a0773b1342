"""Measure what must stay fast: ``python -m tests.benchmarks`` runs every ``bench_*.py`` here."""
