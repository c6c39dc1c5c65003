"""Sphinx builds the site from this; the command is in CONTRIBUTING.md.

The build needs no network, and its warnings are errors.
"""

import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from api_reference import api_page  # noqa: E402

import skfairbargain  # noqa: E402

project = "skfairbargain"
copyright = "the skfairbargain developers"
version = release = skfairbargain.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx-mathjax-offline",  # formulas without a network
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates", "auto_examples/*.ipynb", "auto_examples/*.py"]
smartquotes = False  # they would turn defaults such as "auto" into typography
toc_object_entries_show_parents = "hide"
# Pages name API objects in single backticks, as docstrings do.
default_role = "obj"

if os.environ.get("SKFAIRBARGAIN_DOCS_ONLINE"):
    # Links into other projects; off by default, since each needs a download.
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
        "sklearn": ("https://scikit-learn.org/stable", None),
        "torch": ("https://docs.pytorch.org/docs/stable", None),
        "skorch": ("https://skorch.readthedocs.io/en/stable", None),
    }

# -- Markdown ---------------------------------------------------------------------------

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# -- API pages, from the one table ------------------------------------------------------

autosummary_generate = True
autodoc_typehints = "none"
# The class template lists methods; numpydoc would list them a second time.
numpydoc_show_class_members = False

# -- Copy buttons -----------------------------------------------------------------------

# Lines of input alone, without their prompts.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# -- Gallery ----------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": ["../examples"],
    "gallery_dirs": ["auto_examples"],
    "backreferences_dir": "api/backreferences",
    "doc_module": ("skfairbargain",),
    "reference_url": {"skfairbargain": None},
    "within_subsection_order": "gallery_order.ByUse",
    "thumbnail_size": (400, 280),
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1,
    "remove_config_comments": True,
}

# -- HTML -------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = "skfairbargain"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
# Pages without pages below them need no list of those beside them.
html_sidebars = {
    page: []
    for page in (
        "index",
        "install",
        "getting_started",
        "common_pitfalls",
        "talking_about_fairness",
        "changelog",
        "contributing",
    )
}


def _skip_requests(app, what, name, obj, skip, options):
    """Leave scikit-learn's ``set_{method}_request`` out: metadata are requested already."""
    return True if name.startswith("set_") and name.endswith("_request") else skip


def _keep_numbers_whole(app, docname, source):
    """Break no line of a table within ``0.88 ± 0.01`` or ``[-0.02, 0.01]``."""
    source[0] = "\n".join(
        re.sub(r" (?=± \d)|(?<=±) (?=\d)|(?<=\d,) (?=[-+−]?[\d.]+\])", "\u00a0", line)
        if line.startswith("|")
        else line
        for line in source[0].split("\n")
    )


def setup(app):
    """Write the API page before Sphinx looks for pages."""
    page = HERE / "api.md"
    if not page.exists() or page.read_text(encoding="utf-8") != api_page():
        page.write_text(api_page(), encoding="utf-8")
    app.connect("autodoc-skip-member", _skip_requests)
    app.connect("source-read", _keep_numbers_whole)
