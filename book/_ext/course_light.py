"""Pages that load little: what a page does not use is taken off it, whatever theme and extensions put there.

- The theme's icons come from a script of 1.5 MB and two fonts. Here each icon of a page is drawn into it, with the path
  that the script has for it (Font Awesome Free, CC BY 4.0, as the first icon of a page says).
- MathJax stands only on pages with formulas, the search index only on the search page.
- Pictures are loaded when they come near.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pydata_sphinx_theme

SCRIPT_OF_ICONS = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
FAMILIES = {"fas": "fas", "fa-solid": "fas", "far": "far", "fa-regular": "far", "fab": "fab", "fa-brands": "fab"}
ICON = re.compile(r'<(i|span) class="([^"]*\bfa-[^"]*)"([^>]*)>\s*</\1>')
LICENCE = "<!-- Icons: Font Awesome Free, https://fontawesome.com, CC BY 4.0 -->"
LOADED = r'\s*<(?:script|link)\b[^>]*\b(?:src|href)="[^"]*\b{}\b[^"]*"[^>]*>(?:</script>)?'
UNUSED_FILES = ("scripts/fontawesome.js*", "**/*.map")  # the fonts draw the icons of admonitions


@cache
def icons_of_the_theme() -> dict[str, dict[str, tuple[str, str, str]]]:
    """For each family the width, height and path of its icons by name."""
    script = SCRIPT_OF_ICONS.read_text(encoding="utf-8")
    entry = re.compile(r'(?:"([a-z0-9-]+)"|\b([a-z0-9]+)):\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+","([^"]+)"\]')
    families, start = {}, 0
    for end in re.finditer(r'\("(fa[srb])",\w+\),\w+\("fa-', script):  # after each family's icons
        icons = families[end[1]] = {}
        for icon in entry.finditer(script, start, end.start()):
            for name in (icon[1] or icon[2], *re.findall(r'"([a-z0-9-]+)"', icon[5])):
                icons[name] = icon[3], icon[4], icon[6]
        start = end.end()
    return families


def draw(icon: re.Match) -> str:
    """The icon as SVG with the attributes that its element had; ValueError when the theme has none of that name."""
    classes = icon[2].split()
    family = next((FAMILIES[name] for name in classes if name in FAMILIES), "fas")
    found = [icons_of_the_theme()[family].get(name.removeprefix("fa-")) for name in classes if name.startswith("fa-")]
    if not any(found):
        raise ValueError(f"the theme has no icon for {icon[0]}")
    width, height, path = next(filter(None, found))
    kept = " ".join(name for name in classes if name not in FAMILIES)
    return (
        f'<svg class="svg-inline--fa {kept}"{icon[3]} aria-hidden="true" viewBox="0 0 {width} {height}">'
        f'<path fill="currentColor" d="{path}"></path></svg>'
    )


def without(html: str, *files: str) -> str:
    """The page without the elements that load these files."""
    for file in files:
        html = re.sub(LOADED.format(re.escape(file)), "", html)
    return html


def lighten(html: str, name: str) -> str:
    html = without(html, "fontawesome.js")
    html = ICON.sub(draw, html)
    html = html.replace("<svg", LICENCE + "<svg", 1) if "svg-inline--fa" in html else html
    if 'class="math' not in html:
        html = without(html, "tex-chtml.js")
        html = re.sub(r"\s*<script>window\.MathJax = .*?</script>", "", html)
    if name != "search":
        html = without(html, "searchtools.js", "language_data.js", "searchindex.js")
    return re.sub(r'<img (?![^>]*\bloading=)(?![^>]*class="[^"]*\blogo)', '<img loading="lazy" ', html)


def watch_templates(app):
    """Lighten every page as it leaves its template, the last station before the file."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render

    def render_lightly(template, context):
        html = render(template, context)
        return lighten(html, context.get("pagename", "")) if template.endswith(".html") else html

    app.builder.templates.render = render_lightly


def remove_unused_files(app, exception):
    static = Path(app.outdir, "_static")
    for pattern in UNUSED_FILES:
        for file in static.glob(pattern):
            if file.is_file():
                file.unlink()


def setup(app):
    app.connect("builder-inited", watch_templates, priority=900)
    app.connect("build-finished", remove_unused_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
