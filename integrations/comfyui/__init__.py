"""Pareidolia's operations as ComfyUI nodes."""

from .nodes import comfy_entrypoint

__all__ = ["comfy_entrypoint"]
