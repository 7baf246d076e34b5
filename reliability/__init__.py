"""Whether nothing is lost: each kind of fault in one file, one runner, one table.

`python -m reliability` (`make reliability`) tries every kind and prints a table of cases tried, right and
lost; `python -m reliability kills --share 0.1` tries a tenth of one. A case is right if its result is the
right one, or a `PareidoliaError` says in one line why there is none, within bounds of time and memory.
"""
