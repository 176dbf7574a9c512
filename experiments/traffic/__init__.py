"""Traffic signs of 43 kinds, some ten times as common as others."""
