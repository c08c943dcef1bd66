"""What a report is before it is drawn: canonical bytes with their hash, and numbers that add up on paper."""
