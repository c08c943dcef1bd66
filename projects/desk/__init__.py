"""The desk of a ward: from the legal clocks of a case to what is to be done today, and the lists that wards ask for."""
