"""Small photographs of ten kinds."""
