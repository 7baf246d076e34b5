"""The beginning of a network: its first filters, and Hubel and Wiesel's experiment on it."""

from collections.abc import Iterator

from pareidolia.tour.guide import Exhibit, Guide


def tell_filters(guide: Guide) -> Iterator[Exhibit]:
    """The kernels that see the pixels."""
    yield guide.show("kernels", "filters", {}, span=7, magnify=20)


def tell_tuning(guide: Guide) -> Iterator[Exhibit]:
    """Gratings and bars shown to units of an early layer and of a later one."""
    orientations = guide.pace(24, 12)
    for name, layer, units in (("simple", "stage1.relu2", "8,17"), ("complex", "stage3.relu1", "60,70")):
        yield guide.show(name, "tuning", {}, layer=layer, units=(units,), orientations=orientations)
