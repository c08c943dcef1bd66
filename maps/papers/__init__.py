"""Papers in Vietnamese administrative form, as DOCX and as PDF, from the same values."""
