"""brush: the shipped network that paints any photo like any painting, in one pass."""
