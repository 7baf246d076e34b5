"""Attribution: which pixels speak for a target.

`gradients`, `cam` and `masking` hold the methods, `methods` names them. `overlays` shows maps, `explaining`
makes pictures from settings. `faithfulness` measures how far a method tells the truth, `comparison` compares
methods. The public names are `pareidolia.inspection`'s.
"""
