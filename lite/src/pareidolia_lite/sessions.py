"""Networks as ONNX Runtime runs them."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from pareidolia_lite.errors import LiteError

NETWORKS = Path(__file__).parent / "networks"

Array = npt.NDArray[np.float32]


class Session:
    """A network with one output; `metadata` is text by name, as the recipe that made the file left it.

    Args:
        path: the ONNX file.

    Raises:
        LiteError: If there is no such file.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise LiteError(f"this installation lacks {path.name}: install pareidolia-lite anew")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # its warnings are about its own optimizer
        threads = os.environ.get("OMP_NUM_THREADS", "")
        options.intra_op_num_threads = int(threads) if threads.isdigit() else 0
        self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, **inputs: Array) -> Array:
        """The output for inputs by name."""
        try:
            output: Array = self._session.run(None, inputs)[0]
        except Exception as error:  # ONNX Runtime's errors have no base of their own
            told = str(error).splitlines()[0]
            raise LiteError(f"the network failed ({told}): a smaller --size needs less memory") from error
        return output
