"""Papers and pictures of cases: kept by content, looked at by a limited child only, never opened by the web process."""
