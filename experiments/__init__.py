"""The experiments, one script a question; `python -m experiments` runs them."""
