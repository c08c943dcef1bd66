"""The delay report as files: `content` gathers it, `document` says it, `files` draws it, `verify` makes it again."""
