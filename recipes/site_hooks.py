"""Hooks of MkDocs: ids of headings begin with a letter, as the theme looks headings up by CSS selectors."""

from markdown.extensions.toc import slugify
from mkdocs.config.defaults import MkDocsConfig


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the table of contents its ids."""
    config.mdx_configs["toc"]["slugify"] = heading_id
    return config


def heading_id(heading: str, separator: str) -> str:
    """The id of a heading, such as "section-010-not-released" for "0.1.0, not released"."""
    found = slugify(heading, separator)
    return found if found[:1].isalpha() else f"section{separator}{found}"
