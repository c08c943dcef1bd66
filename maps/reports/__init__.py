"""Reports on paper and as sheets, drawn from one plain document: `form` says what it is, `pdf` and `book` draw it."""
