"""Small photographs of ten kinds: whole nets, and linear machines on learned features."""
