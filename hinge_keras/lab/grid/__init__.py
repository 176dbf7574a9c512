"""Grids of trials: what is compared, and what makes a trial the one that it is."""
