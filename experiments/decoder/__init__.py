"""A paper that decodes hinge scores by their sign, on digits and on its images."""
