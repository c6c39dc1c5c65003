"""What to do with audited rows: all methods with the same information, on blind tables.

`problem.audited_problem` draws one problem, `methods` has the methods, and `runs` trains
those of one problem together, because they share base models.
"""
