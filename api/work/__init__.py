"""What runs beside requests, from a queue in the same PostgreSQL (procrastinate): `queue` defines it, `worker` runs it."""
