"""The posts on blobs: three cross-entropies of one run each, and a lucky seed."""
