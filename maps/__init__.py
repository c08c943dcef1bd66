"""Folium maps as parts of our pages: data in JSON, behaviour in static files, text only ever as text."""
