"""The shell of every page: one file with its style and its pictures, made to be read, sent and printed."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def templates(room: str = "leadlift.reports") -> Environment:
    """The templates of a room; HTML is escaped, Markdown keeps to its cells."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader(room),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(cell=as_cell, picture=as_picture)
    return environment


def html_page(title: str, subtitle: str, body: Markup, kicker: str = "leadlift", language: str = "en") -> str:
    """One self-contained page.

    body: HTML that is safe already, as a template with escaping or `Markup` makes it. kicker: the small line
    above the title that says what kind of page this is. language: of what people read, as browsers call it.
    """
    return render("page.html.j2", title=title, subtitle=subtitle, body=body, kicker=kicker, language=language)


def prefaced(page: str, told: str) -> str:
    """A page of `html_page` with a sentence before all else."""
    return page.replace("</header>", Markup('</header>\n<p class="warn">{}</p>').format(told), 1)


def prefaced_markdown(page: str, told: str) -> str:
    """A Markdown page with a sentence after its title."""
    title, rest = page.split("\n", 1)
    return f"{title}\n\n**{as_cell(told)}**\n{rest}"


def render(template: str, room: str = "leadlift.reports", **values: Any) -> str:
    """One template of a room. Raises jinja2's UndefinedError for a value it asks for and does not get."""
    return templates(room).get_template(template).render(**values)


def as_picture(png: bytes) -> str:
    """A PNG or SVG as an address that a page can hold by itself."""
    kind = "png" if png.startswith(b"\x89PNG") else "svg+xml"
    return f"data:image/{kind};base64,{base64.b64encode(png).decode()}"


def as_cell(text: object) -> str:
    """Text for one cell of a Markdown table: no line ends, no bars, nothing that becomes HTML."""
    one_line = " ".join(str(text).split())
    return one_line.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")
