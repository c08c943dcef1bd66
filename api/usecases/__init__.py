"""One function per thing a user can ask for; used by HTTP and the command line alike; commits nothing."""
