"""The same look and the same way back in less time and memory on a CPU, by function modes.

`with fast_cpu():` is the one switch. None of this changes anything on a GPU.
"""

from pareidolia.networks.speed.fast_cpu import fast_cpu, passes_convolutions_on

__all__ = ["fast_cpu", "passes_convolutions_on"]
