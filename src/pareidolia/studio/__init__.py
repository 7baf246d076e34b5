"""The studio: a page on this machine where every operation is used, watched, stopped and kept.

`application.py` is the server (Starlette); `store.py` keeps jobs and pictures (SQLite); `job_queue.py` takes
jobs, `scheduler.py` hands them to `worker.py`, the one process that imports torch (`worker_process.py` is its
other end). Forms come from the operations' settings (`forms.py`), what is posted is checked by
`validation.py`, every request passes `guard.py`. The page is built from /studio (TypeScript) into `page/`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
