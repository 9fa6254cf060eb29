"""The page in a real browser: the viewer, the tables, themes, a phone, print; nothing is asked of a network."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hsclass.report import write_report
from hsclass.scene import read_classes

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install -e '.[test]')")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on the path (apt-get install chromium)"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory, make_finished) -> Iterator[Path]:
    with contextlib.chdir(tmp_path_factory.mktemp("browser")):
        experiment = make_finished()
        experiment.make_matched()
        write_report(experiment.file, experiment.file.parent)
        yield (experiment.file.parent / "index.html").resolve()


@pytest.fixture
def opened(browser, file):
    """Open the page as a reader of some screen does; at the end nothing may have failed, and nothing been asked for."""
    contexts = []

    def run(width: int = 1280, *, scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append((context, errors := [], asked := []))
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".viewer[data-left][data-right]", timeout=20_000)
        return page

    yield run
    for context, errors, asked in contexts:
        context.close()
        assert errors == []
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [file.as_uri()]


def shown_rows(page, name: str) -> list[list[str]]:
    rows = page.query_selector_all(f'table[data-name="{name}"] tbody tr:not([hidden])')
    return [[cell.inner_text().strip() for cell in row.query_selector_all("th, td")] for row in rows]


def test_viewer_reads_class_reference_confidence_distance_and_spectrum_of_a_pixel(opened) -> None:
    page = opened()
    page.evaluate("document.querySelector('.viewer').viewer.read(9, 1)")
    page.wait_for_function("document.querySelector('[data-role=said]').textContent.includes('9, 1')")
    said = page.inner_text("[data-role=values]")
    # row 9 is tested; the last training row is 2; the map has the class of the reference labels
    assert re.search(r"Reference\s+<b>Corn", said)
    assert re.search(r"net on blocks, seed 0\s+<b>Corn", said)
    assert "test, 7 px from training" in said
    assert page.query_selector(".spectrum canvas") is not None
    assert "mean of <b>Corn" in page.inner_text("[data-role=lines]")


def test_pointer_reads_and_a_click_keeps_the_pixel(opened) -> None:
    page = opened()
    page.query_selector("[data-role=map]").scroll_into_view_if_needed()
    box = page.query_selector("[data-role=map]").bounding_box()
    middle = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5
    page.mouse.move(*middle)
    page.mouse.move(middle[0] + 1, middle[1])
    page.mouse.click(*middle)
    page.wait_for_selector(".viewer.pinned")
    kept = page.inner_text("[data-role=values]")
    page.mouse.move(middle[0] + 120, middle[1] + 60)
    assert page.inner_text("[data-role=values]") == kept


def test_pixel_in_the_middle_is_read_kept_and_released_by_keyboard(opened) -> None:
    page = opened()
    page.focus("[data-role=map]")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-role=said]').textContent.endsWith('kept')")
    kept = page.inner_text("[data-role=values]")
    page.evaluate("document.querySelector('.viewer').viewer.map.panBy([120, 0], { animate: false })")
    assert page.inner_text("[data-role=values]") == kept
    for pinned in (True, False):  # the new pixel in the middle, then none
        page.keyboard.press("Enter")
        page.wait_for_function(
            f"document.querySelector('.viewer').classList.contains('pinned') === {str(pinned).lower()}"
        )
    assert page.inner_text("[data-role=values]") != kept


def test_divider_clips_the_layers_and_moves_by_keyboard(opened) -> None:
    page = opened()
    clip = "getComputedStyle(document.querySelector('.leaflet-left-pane')).clip"
    before = page.evaluate(clip)
    page.focus(".leaflet-sbs-range")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    after = page.evaluate(clip)
    edges = [float(re.findall(r"-?[\d.]+px", text)[1][:-2]) for text in (before, after)]
    width = page.query_selector("[data-role=map]").bounding_box()["width"]
    assert edges[0] - edges[1] == pytest.approx(5 * 0.02 * width, rel=0.1)


def test_both_layers_are_zoomed_in_step(opened) -> None:
    page = opened()
    rects = "[...document.querySelectorAll('.layer')].map(each => JSON.stringify(each.getBoundingClientRect()))"
    before = page.evaluate(rects)
    page.evaluate("document.querySelector('.viewer').viewer.map.setZoom(6, { animate: false })")
    after = page.evaluate(rects)
    assert len(set(before)) == len(set(after)) == 1
    assert before[0] != after[0]


def test_layer_shows_the_colours_of_the_map_exactly(opened) -> None:
    page = opened()
    labels, classes = read_classes(Path("results/farm/labels.tif"))
    page.check("[data-role=own]")
    page.wait_for_timeout(200)
    pixels = page.evaluate("""async () => {
        const image = document.querySelector('.leaflet-left-pane .layer');
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 12 });
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        return [...context.getImageData(0, 0, 16, 12).data];
    }""")
    drawn = np.array(pixels).reshape(12, 16, 4)
    for cover in classes:
        assert (drawn[labels == cover.id] == (*cover.color, 255)).all()
    assert (drawn[labels == 0][:, 3] == 0).all()


@pytest.mark.parametrize("kind", ["picture", "errors", "split", "distance"])
def test_every_kind_of_layer_can_be_chosen(opened, kind: str) -> None:
    page = opened()
    before = page.get_attribute(".leaflet-right-pane .layer", "src")
    page.select_option("[data-role=right-kind]", kind)
    page.wait_for_selector(f".viewer[data-right={kind}]")
    assert page.get_attribute(".leaflet-right-pane .layer", "src") != before
    assert page.inner_text("[data-role=right-legend]").strip()


def test_table_is_sorted_by_a_press_on_its_head_and_filtered_by_words(opened) -> None:
    page = opened()
    column = 2  # OA
    for expected in (sorted, lambda values: sorted(values, reverse=True)):
        page.click('table[data-name="Accuracy"] thead th:nth-child(3) button')
        values = [float(row[column].split()[0]) for row in shown_rows(page, "Accuracy")]
        assert values == expected(values)
    assert page.get_attribute('table[data-name="Accuracy"] thead th:nth-child(3)', "aria-sort") == "descending"
    page.fill('input[aria-label="Filter rows of: Accuracy"]', "blocks net")
    assert [row[1].split()[0] for row in shown_rows(page, "Accuracy")] == ["net"]


def test_table_of_classes_begins_with_the_split_of_the_headline(opened) -> None:
    page = opened()
    assert {row[0] for row in shown_rows(page, "Classes")} == {"blocks"}
    page.select_option('#classes select[aria-label="Split"]', "")
    assert {row[0] for row in shown_rows(page, "Classes")} == {"random", "blocks"}


def test_shown_rows_are_downloaded_as_csv_with_plain_numbers(opened) -> None:
    page = opened()
    page.fill('input[aria-label="Filter rows of: Optimism"]', "net")
    with page.expect_download() as download:
        page.click('button[aria-label="Download as CSV: Optimism"]')
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("Model,Split,OA,Matched random split")
    assert [line.split(",")[:2] for line in lines[1:]] == [["net", "blocks"]]
    assert "+0.440" in lines[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_by_day_and_by_night(opened, scheme: str) -> None:
    page = opened(scheme=scheme)
    ink, paper = (
        [int(value) for value in re.findall(r"\d+", page.evaluate(f"getComputedStyle(document.body).{name}"))[:3]]
        for name in ("color", "backgroundColor")
    )
    assert (sum(ink) > sum(paper)) == (scheme == "dark")
    assert contrast(ink, paper) > 7


def contrast(one: list[int], other: list[int]) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    lights = []
    for color in (one, other):
        linear = [c / 12.92 if (c := value / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for value in color]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_theme_is_chosen_by_the_reader(opened) -> None:
    page = opened()
    day = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for _ in range(2):  # system, light, dark
        page.click("#theme")
    assert page.inner_text("#theme").endswith("dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != day


@pytest.mark.parametrize("width", [390, 1280])
def test_page_is_as_wide_as_the_screen_and_drawings_with_it(opened, width: int) -> None:
    page = opened(width)
    for block in page.query_selector_all("details"):
        block.evaluate("block => { block.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('svg[role=img], .map, .answer, select')]"
        ".map(each => each.getBoundingClientRect().right))"
    )
    assert right <= width


def test_main_table_is_whole_at_1280_pixels(opened) -> None:
    widths = opened().evaluate(
        "(box => [box.scrollWidth, box.clientWidth])(document.querySelector('table[data-name=Accuracy]').parentElement)"
    )
    assert widths[0] <= widths[1]


def test_answers_and_first_sentence_stand_on_the_first_screen(opened) -> None:
    assert opened().query_selector(".answers").bounding_box()["y"] < 400
    bottom = opened().evaluate("document.querySelector('.answers').getBoundingClientRect().bottom")
    assert bottom <= 900


def test_first_stop_of_the_keyboard_skips_to_the_results(opened) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_controls_and_images_have_names_and_headings_skip_no_level(opened) -> None:
    page = opened()
    for block in page.query_selector_all("details"):
        block.evaluate("block => { block.open = true; }")
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    named = {
        "button",
        "link",
        "searchbox",
        "combobox",
        "checkbox",
        "slider",
        "application",
        "image",
        "table",
        "columnheader",
    }
    shown = [node for node in nodes if not node["ignored"] and node["role"]["value"] in named]
    assert {node["role"]["value"] for node in shown} == named
    assert [node["role"]["value"] for node in shown if not node["name"]["value"].strip()] == []
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_print_has_few_pages_and_the_figures(opened, tmp_path: Path) -> None:
    opened().pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    pages = re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "page.pdf").read_bytes())
    assert 1 <= len(pages) <= 12


def test_places_to_label_next_are_drawn_on_request(browser, make_finished, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    experiment = make_finished()
    experiment.deliver(outside=0.25)
    experiment.suggest([(11, 3), (0, 15)])
    write_report(experiment.file, experiment.file.parent)
    page = browser.new_page()
    page.goto((tmp_path / experiment.file.parent / "index.html").as_uri())
    page.wait_for_selector(".viewer[data-left][data-right]", timeout=20_000)
    assert page.locator("path.place").count() == 0
    page.check("[data-role=places]")
    assert page.locator(".leaflet-tooltip.place").all_inner_texts() == ["1", "2"]
    assert page.locator("path.place").count() == 2
    page.close()
