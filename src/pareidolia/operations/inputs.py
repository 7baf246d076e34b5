"""Inputs that several operations take."""

from pareidolia.operations.statement import Input

PHOTO = Input("photo", "A file, or sample:chelsea and the like; or a folder of them.", each=True)
PHOTOS = Input("photos", "Files, or sample:chelsea and the like.", many=True)
FOLDER = Input("photos", "A folder of photos; subfolders count. Or a tar, a table, s3://…", "photos")
RUN = Input("run", "A run directory of pareidolia train, or a shipped model such as digits-vae.", "run")
POINT = "a picture file, sample:NAME, test:NUMBER, train:NUMBER, label:NAME or random:SEED."
DATA = Input(
    "data",
    "digits, mnist, fashion-mnist, torchvision:NAME, hf:OWNER/NAME, a tar, a table, a store (s3://…), or a "
    "folder of pictures whose subfolders are labels.",
    "data",
    required=False,
    default="digits",
)
