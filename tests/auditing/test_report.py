"""The report in all its forms, and in a browser as somebody opens it."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from skfairbargain.auditing import AuditReport

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
VOID = {"meta", "line", "circle", "br", "link", "img"}


class Page(HTMLParser):
    """Elements in the order of the page, and the texts within them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found, self.texts = [], [], []
        self.feed(text)
        assert self.open == [], "Elements that are not closed."

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


def test_the_page_needs_nothing_from_elsewhere(page):
    parsed = Page(page)
    addresses = [a[k] for _, a in parsed.found for k in ("src", "href") if k in a]
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    assert parsed.all("script") == []
    assert not re.search(r"url\(|@import|https?://", page)
    assert len(page) < 300_000


def test_links_lead_to_sections_and_names_are_used_once(page):
    parsed = Page(page)
    ids = [attributes["id"] for _, attributes in parsed.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    targets = [a["href"][1:] for a in parsed.all("a")]
    targets += [a["aria-labelledby"] for _, a in parsed.found if "aria-labelledby" in a]
    assert set(targets) <= set(ids)
    assert {a["id"] for a in parsed.all("section")} <= set(targets)


def test_figures_have_names_and_tables_have_headers(page):
    parsed = Page(page)
    figures = parsed.all("svg")
    # The plane, balanced accuracy, selection and true-positive rate, three calibrations.
    assert len(figures) == 7
    assert all(a["role"] == "img" and a["aria-labelledby"] for a in figures)
    titles = [text for tag, text in parsed.texts if tag == "title"]
    assert len(titles) == 8
    assert all(len(title) > 20 for title in titles)
    assert all(a["scope"] in ("row", "col") for a in parsed.all("th"))
    assert [a["lang"] for a in parsed.all("html")] == ["en"]
    headings = [int(tag[1]) for tag, _ in parsed.found if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(headings))


def test_what_files_say_is_text_and_no_markup(page):
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "id &lt;b&gt;" in page


def test_every_part_is_there(report, page):
    text = " ".join(" ".join(data for _, data in Page(page).texts).split())
    contents = report.to_dict()
    for sentence in (*contents["verdict"], *contents["warnings"]):
        assert sentence in text
        assert sentence in report.to_markdown()
    for words in (
        "Audited rows by group and label",
        "Recorded and audited labels of the same rows",
        "Who gains, who loses",
        "Learned weights",
        "Labels to check next",
        "Limits",
        "SHA-256 abababab",
        f"skfairbargain {contents['versions']['skfairbargain']}",
        "Seed 0",
    ):
        assert words in text


def test_json_is_the_whole_report(report, tmp_path):
    report.save(tmp_path / "report.json")
    read = AuditReport(json.loads((tmp_path / "report.json").read_text()))
    assert read.to_html() == report.to_html()
    assert read.to_markdown() == report.to_markdown()
    assert read.recommended == report.recommended
    assert str(read) == str(report)
    assert "NaN" not in (tmp_path / "report.json").read_text()


def test_markdown_has_tables_of_as_many_columns_as_their_heads(report):
    blocks = report.to_markdown().split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(tables) == 10
    for lines in tables:
        assert len({line.count("|") for line in lines}) == 1, lines[0]
        assert set(lines[1]) <= set("|-: ")


def test_the_ending_decides_the_format(report, tmp_path):
    for ending, first in ((".html", "<!DOCTYPE"), (".MD", "# Audit"), (".json", "{")):
        path = tmp_path / f"report{ending}"
        report.save(path)
        assert path.read_text().startswith(first)
    with pytest.raises(
        ValueError, match=r"^A report should end in \.html, \.md or \.json\. "
    ):
        report.save(tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_notebooks_show_the_page_in_a_frame(report, page):
    shown = Page(report._repr_html_())
    (frame,) = shown.all("iframe")
    assert frame["srcdoc"] == page
    assert "sandbox" in frame


# -- in a browser -----------------------------------------------------------------------

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

# Runs in the page. What it finds wrong, it writes into the page's title.
INSPECT = """
<script>
const faults = [];
const light = (rgb) => {
  const [r, g, b] = rgb.map((v) => {
    v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const color = numbers(getComputedStyle(at).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color.slice(0, 3);
  }
  return [255, 255, 255];
};
window.addEventListener("load", () => {
  const asked = performance.getEntriesByType("resource").map((one) => one.name);
  if (asked.length) faults.push("asks for " + asked.join(" "));
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push("page wider than window");
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest("title, style")) continue;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    const words = element.textContent.trim().slice(0, 40);
    if (!element.closest("svg, .wide") && (box.left < 0 || box.right > width + 1))
      faults.push("cut: " + words);
    if (element.closest("svg") && element.tagName === "text") {
      const figure = element.closest("svg").getBoundingClientRect();
      if (box.left < figure.left - 1 || box.right > figure.right + 1
          || box.top < figure.top - 1 || box.bottom > figure.bottom + 1)
        faults.push("outside its figure: " + words);
      if (box.height < 9 && !element.matches(".mark")) faults.push("small: " + words);
      continue;
    }
    const one = light(numbers(style.color)), other = light(behind(element));
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faults.push("contrast " + contrast.toFixed(1) + ": " + words);
  }
  document.title = "FAULTS" + JSON.stringify(faults);
});
</script>
"""


def browse(path, *options):
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--disable-background-networking", f"--user-data-dir={path.parent}/profile",
        "--enable-logging=stderr", "--v=0", *options, path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@in_a_browser
@pytest.mark.parametrize("width", [1280, 500])
def test_text_is_whole_and_readable(page, width, tmp_path):
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    assert policy.search(page)
    path = tmp_path / "page.html"
    path.write_text(policy.sub("", page).replace("</body>", f"{INSPECT}</body>"))
    shown = browse(path, f"--window-size={width},900", "--dump-dom").stdout
    (found,) = re.findall(r"<title>FAULTS(.*?)</title>", shown)
    assert json.loads(found) == []


@in_a_browser
def test_the_console_says_nothing(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page)
    assert ":CONSOLE" not in browse(path, "--dump-dom").stderr
    # The page's policy refuses what would be loaded, and the console says so.
    path.write_text(page.replace("<main>", '<main><img src="https://example.org/a.png">'))
    assert ":CONSOLE" in browse(path, "--dump-dom").stderr


@in_a_browser
def test_the_page_can_be_printed(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page)
    browse(path, f"--print-to-pdf={tmp_path}/report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
