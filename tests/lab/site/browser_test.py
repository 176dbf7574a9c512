"""What a reader does with the site, in a headless Chromium, from the file system."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hinge_keras.lab.site.studies import read
from tests.lab.site.conftest import HOSTILE, ROOT

pytestmark = pytest.mark.slow

RESULTS = ROOT / "results"
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
READY = 1000  # Milliseconds until a page can be used.
POST, TUNED = "studies/circles/post/index.html", "studies/tuned/index.html"
KINDS = {  # A page of each template.
    "home": "index.html",
    "claims": "claims.html",
    "studies": "studies/index.html",
    "post": POST,
    "tuned": TUNED,
    "full": "studies/full/tang/mnist/index.html",
    "losses": "losses/index.html",
    "loss": "losses/Hinge.html",
    "guide": "guides/1_which_loss.html",
    "method": "method.html",
    "reference": "reference/index.html",
    "room": "reference/metrics.html",
}


@pytest.fixture
def opened(site, browser):
    """Opens a page in a theme and a width."""

    def open_page(path, theme="light", width=1280, folder=site):
        feature = {"name": "prefers-color-scheme", "value": theme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        size = {
            "width": width,
            "height": 900,
            "deviceScaleFactor": 1,
            "mobile": width < 500,
        }
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get((folder / path).as_uri())
        return browser

    return open_page


def one(page, selector):
    return page.find_element("css selector", selector)


def every(page, selector):
    return page.find_elements("css selector", selector)


def choose(page, selector, value):
    """Take a choice of a select, as a reader would."""
    script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))"
    page.execute_script(script, one(page, selector), value)


def moved(page, selector, value):
    """Move a slider to a step."""
    script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    page.execute_script(script, one(page, selector), value)


def drain(page):
    """What was asked for and what was complained of since the last look."""
    asked = []
    for entry in page.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    return asked, [entry["message"] for entry in page.get_log("browser")]


def test_every_page_opens_without_complaint_or_outside_request(site, opened):
    slow = {}
    for path in sorted(site.rglob("*.html")):
        page = opened(path.relative_to(site))
        script = "return performance.timing.loadEventEnd - performance.timing.navigationStart"
        slow[path] = page.execute_script(script)
    asked, complaints = drain(page)
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    middle = sorted(slow.values())[len(slow) // 2]
    print(f"{len(slow)} pages, ready in {middle} ms, at most {max(slow.values())} ms")
    assert middle < READY


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_has_no_serious_finding(opened, kind, theme):
    page = opened(KINDS[kind], theme)
    page.execute_script(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )
    page.execute_script(AXE)
    found = page.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run({ preload: false, resultTypes: ['violations'] })"
        ".then((found) => done(found.violations))"
    )
    told = {
        each["id"]: [each["impact"], len(each["nodes"]), each["nodes"][0]["html"][:200]]
        for each in found
        if each["impact"] in ("serious", "critical")
    }
    assert told == {}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_a_phone(opened, kind):
    page = opened(KINDS[kind], "dark", 390)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390


def test_the_themes_differ(opened):
    script = "return getComputedStyle(document.documentElement).backgroundColor"
    light = opened("index.html", "light").execute_script(script)
    assert light != opened("index.html", "dark").execute_script(script)


BARS = """
const chart = document.querySelector("#readings").chart, x = chart.scale("x");
return [...chart.querySelectorAll("g rect")].map((bar) =>
  x.invert(Number(bar.getAttribute("x")) + Number(bar.getAttribute("width"))));
"""


def test_the_switch_shows_what_each_ruler_reads(opened):
    page = opened("index.html")
    table = read(RESULTS / "circles" / "post" / "readings.csv")
    for place, switch in enumerate(every(page, "#rulers-switch input")):
        page.execute_script("arguments[0].click()", switch)
        drawn = page.execute_script(BARS)
        assert drawn == pytest.approx(table.iloc[:, 1 + place].tolist(), abs=0.01)


def test_the_switch_obeys_the_keyboard_alone(opened):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page = opened("index.html")
    before = one(page, "#reading").text
    for _ in range(60):
        ActionChains(page).send_keys(Keys.TAB).perform()
        if page.switch_to.active_element.get_attribute("name") == "ruler":
            break
    ActionChains(page).send_keys(Keys.ARROW_RIGHT).perform()
    assert one(page, "#reading").text != before


SHOWN = "return [...document.querySelectorAll(arguments[0])].filter((row) => !row.hidden).length"
ROWS = "[aria-labelledby=claims] tbody tr"


def test_claims_are_searched_filtered_and_sorted(opened):
    page = opened("claims.html")
    claims = read(RESULTS / "claims.csv")
    assert page.execute_script(SHOWN, ROWS) == len(claims)
    choose(page, "[data-filter=verdict]", "typical")
    assert page.execute_script(SHOWN, ROWS) == (claims.verdict == "typical").sum()
    choose(page, "[data-filter=source]", "Brownlee 2019")
    both = (claims.verdict == "typical") & (claims.source == "Brownlee 2019")
    assert page.execute_script(SHOWN, ROWS) == both.sum()
    one(page, "[aria-labelledby=claims] [data-search]").send_keys("no such claim")
    assert page.execute_script(SHOWN, ROWS) == 0
    assert one(page, "[data-count]").text == f"0 of {len(claims)} shown"
    page = opened("claims.html")
    one(page, "[aria-labelledby=claims] th:nth-child(3) button").click()
    values = [
        cell.get_attribute("data-value")
        for cell in every(page, f"{ROWS} td:nth-child(3)")
    ]
    known = [float(value) for value in values if value]
    assert known == sorted(known) == sorted(claims.published.dropna())
    assert values[: len(known)].count("") == 0


POINTS = """
const chart = document.querySelector(arguments[0]).chart;
const x = chart.scale("x"), y = chart.scale("y");
return [...chart.querySelectorAll(arguments[1])].map((dot) => {
  const place = dot.transform.baseVal.consolidate()?.matrix;
  const [left, top] = place
    ? [place.e, place.f] : ["cx", "cy"].map((name) => Number(dot.getAttribute(name)));
  return [x.invert(left), y.invert(top)];
});
"""


def test_single_seeds_are_those_of_the_trials(opened):
    page = opened(TUNED)
    for switch in every(page, "input[name=seeds]"):
        page.execute_script("arguments[0].click()", switch)
    drawn = page.execute_script(POINTS, "#rates .chart", ".seed circle")
    trials = pd.read_csv(RESULTS / "tuned" / "trials.csv", keep_default_na=False)
    shown = trials[
        trials.arm.isin([each.get_attribute("value") for each in checked(page)])
    ]
    scope = every(page, "#rates select")
    if len(scope) > 1:
        shown = shown[shown.dataset == scope[1].get_attribute("value")]
    assert sorted(y for _, y in drawn) == pytest.approx(
        sorted(shown.validation_accuracy), abs=1e-3
    )


def checked(page):
    return every(page, "input[name=rate-arm]:checked")


def test_the_slider_says_of_each_arm_whether_it_was_tuned(opened):
    page = opened(TUNED)
    before = one(page, "#rates output").text
    moved(page, "#rate", 0)
    assert one(page, "#rates output").text != before
    told = [row.text for row in every(page, "#rates tbody tr")]
    assert len(told) == len(checked(page))
    assert all("what was tried" in each for each in told)


def test_arms_are_chosen_bands_changed_and_axes_made_logarithmic(opened):
    page = opened(POST)
    lines = len(every(page, "#courses .median path"))
    page.execute_script(
        "arguments[0].click()", every(page, "input[name=course-arm]")[0]
    )
    assert len(every(page, "#courses .median path")) == lines - 1
    kind = "return document.querySelector('#courses .chart').chart.scale(arguments[0]).type"
    assert page.execute_script(kind, "x") == "linear"
    for box in every(
        page, "#courses .choices:not(fieldset .choices) input[type=checkbox]"
    ):
        page.execute_script("arguments[0].click()", box)
    assert [page.execute_script(kind, axis) for axis in "xy"] == ["log", "log"]
    areas = len(every(page, "#courses svg path"))
    page.execute_script("arguments[0].click()", every(page, "input[name=band]")[2])
    assert len(every(page, "#courses svg path")) < areas


def test_hovering_tells_the_value_beneath(opened):
    from selenium.webdriver.common.action_chains import ActionChains

    page = opened(POST)
    chart = one(page, "#courses .chart svg")
    page.execute_script("arguments[0].scrollIntoView({ block: 'center' })", chart)
    ActionChains(page).move_to_element(chart).perform()
    assert "epoch" in page.execute_script(
        "return document.querySelector('#courses .chart').textContent.replace('epoch →', '')"
    )


def test_a_card_moves_with_its_sliders(opened):
    page = opened("losses/Hinge.html")
    at, margin, power = every(page, "#card input[type=range]")
    says = lambda: one(page, "#card [role=status]").text  # noqa: E731
    assert says().startswith("loss 1.45, slope -1 at -0.45")
    script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    page.execute_script(script, margin, 6)
    assert says().startswith("loss 2.45")
    page.execute_script(script, power, 2)
    assert says().startswith("loss 6.0")
    page.execute_script(script, at, 120)
    assert says().startswith("loss 0")


def test_hostile_names_are_shown_as_text(hostile, opened, browser):
    drain(browser)
    page = opened("studies/study/index.html", folder=hostile)
    told = one(page, "body").text
    assert all(name in told for name in HOSTILE[:3])
    assert one(page, "h1").text == HOSTILE[0]
    assert "at the edge of what was tried" in one(page, "#rates tbody").text
    page = opened("claims.html", folder=hostile)
    assert all(name in one(page, "body").text for name in HOSTILE)
    assert drain(page)[1] == []
