"""What the API answers: `page.py` what pages begin with, `pictures.py`, `jobs.py`, `history.py`."""
