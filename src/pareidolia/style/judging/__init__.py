"""How well a picture is painted in a style, by networks that no painter here looks through.

`judges.py` has the networks, `distances.py` how far pictures are apart through one, `grain.py` what an eye
sees and a network does not, `measuring.py` the operation.
"""
