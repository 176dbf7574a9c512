"""A paper on twelve losses: their speed, their accuracy, wrong labels."""
