"""Losses that allow several guesses: what they gain, and what they cost."""
