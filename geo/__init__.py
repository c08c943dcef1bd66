"""The PostGIS side: everything with coordinates, files from outside or a database row."""
