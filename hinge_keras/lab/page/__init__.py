"""Pages: what a study found, in words."""
