"""JSON and GeoJSON under /api/, the static files, and the health address."""
