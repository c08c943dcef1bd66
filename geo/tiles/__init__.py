"""Vector tiles of the land: the tile grid, parcels of a tile, aggregate cells, what stood on a past day."""
