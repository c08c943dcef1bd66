"""The records of a case: who has a part in it, what is counted and paid, who is resettled where."""
