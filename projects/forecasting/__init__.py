"""When the land of a case will be with the investor, and why on that day."""
