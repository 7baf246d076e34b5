"""Side-by-side measurements: one file a comparison, one runner.

`python -m benchmarks style` measures ours against others in one process, in turn, and prints a Markdown
table; the figures also go to `runs/benchmarks/NAME.json`. Only ratios within one run are claimed.
"""
