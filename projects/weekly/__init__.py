"""The weekly table of land clearance (biểu tổng hợp): its columns, what each counts, totals. Pure."""
