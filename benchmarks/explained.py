"""Why a goal is missed, where it is: what profiles of the work show to be in the way.

The page quotes these beside a goal that was not reached. Shares are of operators' time in torch's profiler,
which hardly depend on how busy a machine is.
"""

DREAM = COLLECTING = OCCLUSION = GRADIENT = VAE_TRAINING = LIKELIHOOD = DCGAN = VGG = ""
