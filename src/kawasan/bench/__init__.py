"""Measurements: each bench is one module with ``run(bench)``; bench/README.md says what each measures and found."""
