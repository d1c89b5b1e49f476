"""The files beside the text: none from another server, none stale."""

from __future__ import annotations

import filecmp
from pathlib import Path


def drop_thebe(app, pagename, templatename, context, doctree):
    """Take sphinx-thebe's files off the page: Jupyter Book always adds them, and they would load from a server."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not is_thebe(file)]


def is_thebe(file) -> bool:
    name = str(getattr(file, "filename", file) or "")
    return "thebe" in name or "THEBE_JS_URL" in str(getattr(file, "attributes", {}).get("body", ""))


def changed_assets(app) -> list[Path]:
    """The course's own static files that the built book lacks or has in an older form."""
    changed = []
    for folder in app.config.html_static_path:
        if Path(folder).is_absolute():  # those that extensions add for themselves
            continue
        source = Path(app.confdir, folder)
        for file in sorted(source.rglob("*")):
            inside = file.relative_to(source)
            if not file.is_file() or any(part.startswith((".", "__")) for part in inside.parts):
                continue
            built = Path(app.outdir, "_static", inside)
            if not built.exists() or not filecmp.cmp(file, built, shallow=False):
                changed.append(file)
    return changed


def refresh_assets(app, env, added, changed, removed):
    """Name one page as outdated when an asset changed: Sphinx copies static files only when it writes a page."""
    return [app.config.root_doc] if changed_assets(app) else []


def setup(app):
    app.connect("env-get-outdated", refresh_assets)
    # After sphinx-book-theme, which adds files to the page's context too.
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
