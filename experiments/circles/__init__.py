"""The posts on circles: one metric that rounds, two that show a single run."""
