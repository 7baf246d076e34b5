"""Settings of the judgement of style. No torch here."""

from pareidolia.settings import Device, Settings


class MeasureStyleSettings(Settings):
    """Measure how well a picture has a painting's style and a photo's content."""

    device: Device = "auto"
