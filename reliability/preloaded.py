"""What the fork server imports once for all children; it computes nothing, which a fork would not survive."""

import torchvision  # noqa: F401

import pareidolia.atlas.building
import pareidolia.cli
import pareidolia.dreaming.dream
import pareidolia.execution.execution
import pareidolia.generative.training
import pareidolia.inspection.patches.strongest
import pareidolia.microscope
import pareidolia.style.brush.brush
import pareidolia.style.feedforward.training
import pareidolia.style.optimized_video
import pareidolia.style.transfer  # noqa: F401
