"""Newton on smooth SVMs: how fast it converges, and to what."""
