"""Results as tables: their columns, the archive of trials, the published view."""
