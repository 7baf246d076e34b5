"""The page: the lecture's parts and sections, laid out as one HTML file beside its pictures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template

from pareidolia.tour.guide import Drawing, Exhibit, Figure
from pareidolia.tour.words import Words, formulas

#: How far a small picture may be enlarged to fill its columns.
_ENLARGED = 1.6


@dataclass(frozen=True)
class RenderedSection:
    """A finished section.

    Attributes:
        key: names its words and formulas.
        part: the lecture's part it belongs to.
        exhibits: pictures and drawings, in order.
        commands: what makes them.
        source: modules to read.
        papers: where the idea is from.
        failure: why the section failed, if it did.
    """

    key: str
    part: str
    exhibits: Sequence[Exhibit]
    commands: Sequence[str]
    source: Sequence[str]
    papers: Sequence[str]
    failure: str = ""


def render_page(
    words: Words, sections: Sequence[RenderedSection], pictures: str, *, sample: bool = False
) -> str:
    """Render the whole page.

    Args:
        words: of its language.
        sections: the finished sections.
        pictures: the folder of the pictures as seen from the page.
        sample: whether the photo is a sample, not the user's.

    Returns:
        HTML.
    """
    template = Template(files("pareidolia.tour").joinpath("page.html").read_text(encoding="utf-8"))
    numbers = {each.key: number for number, each in enumerate(sections, 1)}
    parts = [(part, list(group)) for part, group in groupby(sections, key=lambda each: each.part)]
    contents = "".join(_contents(words, part, group, numbers) for part, group in parts)
    body = "\n".join(
        _part(words, part, index, group, numbers, pictures) for index, (part, group) in enumerate(parts)
    )
    shown = {name: escape(text) for name, text in words.page.items()}
    shown["lead"] = shown["lead_sample" if sample else "lead"]
    return template.substitute(shown, language=words.language, table_of_contents=contents, parts=body)


def _contents(words: Words, part: str, sections: Sequence[RenderedSection], numbers: dict[str, int]) -> str:
    links = "".join(
        f'<li value="{numbers[each.key]}"><a href="#{each.key}">{escape(_title(words, each))}</a></li>'
        for each in sections
    )
    return f'<div><p><a href="#part-{part}">{escape(words.parts[part])}</a></p><ol>{links}</ol></div>'


def _part(
    words: Words,
    part: str,
    index: int,
    sections: Sequence[RenderedSection],
    numbers: dict[str, int],
    pictures: str,
) -> str:
    shown = "\n".join(_section(words, each, numbers[each.key], pictures) for each in sections)
    number = "I" * (index + 1)
    return (
        f'<div class="part" id="part-{part}"><h2><span class="numeral">{number}</span>'
        f"{escape(words.parts[part])}</h2>\n{shown}</div>"
    )


def _section(words: Words, section: RenderedSection, number: int, pictures: str) -> str:
    return "\n".join(
        (
            f'<section id="{section.key}">',
            f'<h3><a href="#{section.key}"><span class="numeral">{number}</span>'
            f"{escape(_title(words, section))}</a></h3>",
            *(f"<p>{escape(each)}</p>" for each in words.sections[section.key]["idea"]),
            *_formulas(section.key),
            *_failure(words, section),
            *_exhibits(section.exhibits, pictures),
            *_commands(words, section.commands),
            _sources(words, section),
            "</section>",
        )
    )


def _title(words: Words, section: RenderedSection) -> str:
    title: str = words.sections[section.key]["title"]
    return title


def _formulas(key: str) -> Iterator[str]:
    found = formulas().get(key, ())
    if found:
        yield f'<div class="formula">{"".join(f"<div>{each}</div>" for each in found)}</div>'


def _failure(words: Words, section: RenderedSection) -> Iterator[str]:
    if section.failure:
        yield f'<p class="failure" role="alert">{escape(words.page["failed"])} {escape(section.failure)}</p>'


def _exhibits(exhibits: Iterable[Exhibit], pictures: str) -> Iterator[str]:
    shown = "\n".join(_exhibit(each, pictures) for each in exhibits)
    if shown:
        yield f'<div class="exhibits">{shown}</div>'


def _exhibit(exhibit: Exhibit, pictures: str) -> str:
    tall = ' class="tall"' if isinstance(exhibit, Drawing) and exhibit.tall else ""
    content = _image(exhibit, pictures) if isinstance(exhibit, Figure) else _drawing(exhibit)
    return (
        f'<figure style="--span: {exhibit.span}"{tall}>{content}'
        f"<figcaption>{escape(exhibit.caption)}</figcaption></figure>"
    )


def _image(figure: Figure, pictures: str) -> str:
    height, width = figure.size
    place = escape(f"{pictures}/{figure.file}")
    return (
        f'<a href="{place}"><img src="{place}" width="{width}" height="{height}" '
        f'style="max-width: {round(_ENLARGED * width)}px" loading="lazy" alt="{escape(figure.caption)}"></a>'
    )


def _drawing(drawing: Drawing) -> str:
    return f'<div class="drawing">{drawing.html}</div>'


def _commands(words: Words, commands: Sequence[str]) -> Iterator[str]:
    if commands:
        # A browser would break a line behind each hyphen of an option: words stay whole.
        lines = "\n".join(
            " ".join(f"<span>{escape(word)}</span>" for word in command.split(" ")) for command in commands
        )
        copy = escape(words.page["copy"])
        yield (
            f'<div class="command"><button type="button" hidden>{copy}</button>'
            f'<pre tabindex="0"><code>{lines}</code></pre></div>'
        )


def _sources(words: Words, section: RenderedSection) -> str:
    code = ", ".join(f"<code>{escape(each)}</code>" for each in section.source)
    papers = "; ".join(escape(each) for each in section.papers)
    lines = [f"{escape(words.page['code'])} {code}"]
    if papers:
        lines.append(f"{escape(words.page['papers'])} {papers}")
    return f'<p class="source">{"<br>".join(lines)}</p>'
