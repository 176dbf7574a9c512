"""What everybody repeats about the hinge, each statement with a number of its own."""
