from pareidolia.pictures import save_picture
from pareidolia.style.figure_series import StyleFigures
from pareidolia.style.settings import StyleFiguresSettings


def test_figures_of_paths_are_those_of_their_names(small_network, photo, painting_picture, tmp_path):
    files = tmp_path / "photo.png", tmp_path / "stripes.png"
    for picture, file in zip((photo, painting_picture), files, strict=True):
        save_picture(picture, file)
    settings = StyleFiguresSettings(size=64, steps=1)

    def figures(content, painting):
        return StyleFigures(content, [painting], settings, small_network, out=tmp_path / "out").figures

    of_paths = figures(*files)
    assert of_paths == figures(*map(str, files))
    assert of_paths[-1].columns == ("stripes",) and of_paths[0].beside == (str(files[0]), "the photo")
