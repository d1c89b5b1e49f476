"""What the book does for its reader in the browser: printing, keyboard, and the reader's own progress."""


def setup(app):
    app.add_css_file("course-print.css", media="print", priority=900)
    app.add_js_file("course-print.js", loading_method="defer")
    app.add_js_file("course-accessible.js", loading_method="defer")
    app.add_js_file("course-progress.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
