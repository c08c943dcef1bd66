"""From a file that was read to the land: judged in bulk, compared, accepted as a whole, undone exactly.

`gate` judges the rows, `binary` and `staging` bring them into the database, `diff` says what they would change,
`deciding` has the database carry it out or take it back (`geo.migrations.land_writing`).
"""
