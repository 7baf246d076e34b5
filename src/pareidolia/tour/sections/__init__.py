"""The tour's sections, in the lecture's order."""

from pareidolia.tour.contents import CONTENTS
from pareidolia.tour.section import Section, Tell
from pareidolia.tour.sections import (
    adversaries,
    arithmetic,
    autoencoder,
    cells,
    dreams,
    flow,
    latent,
    map,
    one_pass,
    painting,
    seeing,
    vae,
)

_TELL: dict[str, Tell] = {
    "latent": latent.tell,
    "autoencoder": autoencoder.tell,
    "vae": vae.tell,
    "aae": adversaries.tell_aae,
    "gan": adversaries.tell_gan,
    "flow": flow.tell,
    "filters": cells.tell_filters,
    "tuning": cells.tell_tuning,
    "transposed": arithmetic.tell_transposed,
    "switches": arithmetic.tell_switches,
    "deconvnet": seeing.tell_deconvnet,
    "classes": seeing.tell_classes,
    "dream": dreams.tell,
    "saliency": seeing.tell_saliency,
    "rules": arithmetic.tell_rules,
    "guided": seeing.tell_guided,
    "atlas": map.tell,
    "content": painting.tell_content,
    "style": painting.tell_style,
    "blend": painting.tell_blend,
    "speed": one_pass.tell,
}

SECTIONS: tuple[Section, ...] = tuple(
    Section(each.key, each.part, _TELL[each.key], each.source, each.papers) for each in CONTENTS
)
