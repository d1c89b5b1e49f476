"""Links that a lesson writes in plain Markdown, so that they also work in JupyterLab, and what the book makes of them.

- ``[merge](../book/glossary.md#term-merge)``: a term, by the id of its entry in the glossary.
- ``[Gage 1994](../book/bibliography.md#gage1994)``: a paper, by its key in references.bib.
- ``[Figure](#fig-merges)``, ``[figure](02_batches.ipynb#fig-windows)``: a figure, by the name in its cell's metadata;
  the book adds its number.
- ``chapter 3``, ``chapters 1 and 2``: nothing to write; the book links each chapter that is in its table of contents.

What a term or a paper says is put into each page that links it: course-notes.js shows it where the link stands.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes

CHAPTERS = re.compile(r"\b[Cc]hapters?[ \n]\d{1,2}(?:(?:, | and | to |, and )\d{1,2}\b)*")
NOT_PROSE = (nodes.reference, nodes.literal, nodes.literal_block, nodes.title, nodes.raw, addnodes.pending_xref)
LESSON = re.compile(r"chapters/(\d\d)_\w+")


def targets_of(env) -> dict[str, dict[str, tuple[str, str]]]:
    """For each page, the names that a link may use after ``#``, with the id in the page and the text."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    standard = env.get_domain("std")
    for (kind, term), (docname, target) in standard.objects.items():
        if kind == "term":
            found.setdefault(docname, {})[target] = target, term
    for name, (docname, target, text) in standard.labels.items():
        found.setdefault(docname, {})[name] = target, text
    for citation in env.get_domain("cite").citations:
        docname = citation.bibliography_key.docname
        found.setdefault(docname, {})[citation.key] = citation.citation_id, citation.formatted_entry.label
    return found


def announce_targets(app, env):
    """Tell MyST of them: by itself it knows only the headings of a page."""
    for docname, targets in targets_of(env).items():
        slugs = env.metadata[docname].setdefault("myst_slugs", {})
        for name, (target, text) in targets.items():
            slugs.setdefault(name, (0, target, text))


def note_sources(app, doctree):
    """Read a page again when a page changes whose entries or figures it links: it shows what stands there."""
    env = app.env
    for link in doctree.findall(addnodes.pending_xref):
        if link.get("reftargetid"):
            env.note_dependency(env.doc2path(link["reftarget"]))
        elif link.get("reftype") == "term":
            env.note_dependency(env.doc2path("book/glossary"))


# --- chapters and figures ------------------------------------------------------------------------------------------


def link_chapters(builder, doctree, docname):
    """Make the number of each written chapter in the prose a link to it."""
    others = builder.env.found_docs - {docname}
    lessons = {int(match[1]): match[0] for name in others if (match := LESSON.fullmatch(name))}
    for text in list(doctree.findall(nodes.Text)):
        if not CHAPTERS.search(text) or any(isinstance(parent, NOT_PROSE) for parent in ancestors(text)):
            continue
        pieces, end = [], 0
        for mention in CHAPTERS.finditer(text):
            numbers = list(re.finditer(r"\d+", mention[0]))
            for number in numbers:
                lesson = lessons.get(int(number[0]))
                if lesson:
                    # "chapter 3" is one link; of "chapters 1 and 2" each number is one.
                    start = mention.start() + (number.start() if len(numbers) > 1 else 0)
                    stop = mention.start() + number.end()
                    uri = builder.get_relative_uri(docname, lesson)
                    link = nodes.reference("", text[start:stop], internal=True, refuri=uri, classes=["chapter"])
                    pieces += [nodes.Text(text[end:start]), link]
                    end = stop
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def ancestors(node):
    while node.parent is not None:
        node = node.parent
        yield node


def number_figures(builder, doctree, docname):
    """Add the number to links that say only "figure"."""
    env = builder.env
    for link in doctree.findall(nodes.reference):
        words = link.astext()
        if words.lower() != "figure":
            continue
        page, target = address(builder, docname, link)
        number = env.toc_fignumbers.get(page, {}).get("figure", {}).get(target)
        if number:
            link.children = [nodes.Text(f"{words} {'.'.join(map(str, number))}")]


def address(builder, docname, link) -> tuple[str | None, str]:
    """The page and the id that a link inside the book leads to; (None, "") for others."""
    if "refid" in link:
        return docname, link["refid"]
    uri, _, target = link.get("refuri", "").partition("#")
    if not link.get("internal") or not target:
        return None, ""
    if not uri:
        return docname, target
    parts: list[str] = []
    for part in (PurePosixPath(builder.get_target_uri(docname)).parent / uri).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts).removesuffix(".html"), target


# --- what a term or a paper says --------------------------------------------------------------------------------------


def notes_of_page(builder, docname) -> dict[str, str]:
    """The HTML of every entry of the glossary or the bibliography on one page, by its id."""
    doctree = builder.env.get_and_resolve_doctree(docname, builder)
    notes = {}
    for item in doctree.findall(nodes.definition_list_item):
        term, definition = item[0], item[-1]
        if term.get("ids") and term["ids"][0].startswith("term-"):
            notes[term["ids"][0]] = f"<b>{html(builder, term.children)}</b> {html(builder, definition.children)}"
    for citation in doctree.findall(nodes.citation):
        notes[citation["ids"][0]] = html(builder, citation.children[1:])
    return notes


def html(builder, children) -> str:
    """The children as HTML without links, which would lead out of the note and from another page."""
    box = nodes.container("", *[child.deepcopy() for child in children])
    soup = BeautifulSoup(builder.render_partial(box)["fragment"], "html.parser")
    for link in soup.select("a.headerlink"):
        link.decompose()
    for wrapper in soup.select("a, div, p"):
        wrapper.unwrap()
    return " ".join(str(soup).split())


def collect_notes(builder, doctree, docname):
    """Remember what the page's links to terms and papers say."""
    env = builder.env
    known = builder.course_notes
    if not known:
        for page in {*pages_of_terms(env), *pages_of_papers(env)}:
            known[page] = {}  # while these pages are resolved, they come here too
        for page in list(known):
            known[page] = notes_of_page(builder, page)
    notes = {}
    for link in doctree.findall(nodes.reference):
        page, target = address(builder, docname, link)
        if text := known.get(page, {}).get(target):
            notes[f"#{target}" if page == docname else link["refuri"]] = text
    builder.course_notes_on[docname] = notes


def pages_of_terms(env):
    return (docname for (kind, _), (docname, _) in env.get_domain("std").objects.items() if kind == "term")


def pages_of_papers(env):
    return (citation.bibliography_key.docname for citation in env.get_domain("cite").citations)


def add_notes(app, pagename, templatename, context, doctree):
    notes = getattr(app.builder, "course_notes_on", {}).get(pagename)
    if notes and context.get("body"):
        data = json.dumps(notes, ensure_ascii=False).replace("</", "<\\/")
        context["body"] += f'<script type="application/json" id="course-notes">{data}</script>'
        app.add_js_file("course-notes.js", loading_method="defer")


# --- Sphinx --------------------------------------------------------------------------------------------------------


def resolved(app, doctree, docname):
    if app.builder.format != "html":
        return
    if not hasattr(app.builder, "course_notes"):
        app.builder.course_notes, app.builder.course_notes_on = {}, {}
    link_chapters(app.builder, doctree, docname)
    number_figures(app.builder, doctree, docname)
    collect_notes(app.builder, doctree, docname)


def setup(app):
    app.connect("doctree-read", note_sources)
    app.connect("env-updated", announce_targets, priority=900)  # after the bibliography has its entries
    app.connect("doctree-resolved", resolved)
    app.connect("html-page-context", add_notes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
