"""What runs beside requests, from a queue in the same PostgreSQL: `queue` defines it, `worker` runs it."""
