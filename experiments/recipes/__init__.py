"""Short scripts to paste: what the findings of the studies mean in Keras."""
