"""The HTML pages: each module parses the address, calls one use case and renders one template."""
