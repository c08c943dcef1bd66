"""Land-recovery law as data: facts of a case, dated rules, clocks, guards of the steps, and tracks."""
