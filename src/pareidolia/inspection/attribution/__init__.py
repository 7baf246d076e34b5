"""Attribution: which pixels support a target.

`gradients`, `cam` and `masking` hold the methods, `methods` names them. `overlays` shows maps, `explaining`
makes pictures from settings. `faithfulness` measures how faithful a method is, `comparison` compares
methods. The public names are `pareidolia.inspection`'s.
"""
