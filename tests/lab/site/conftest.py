"""A site built once from what is published, another from hostile names, a browser."""

import os
import shutil
from pathlib import Path

import pytest

from hinge_keras.lab.site import build
from hinge_keras.lab.site.build import Sources
from hinge_keras.lab.tables import view

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
HOSTILE = (
    "<script>alert(1)</script>",
    "a | b",
    '=HYPERLINK("http://x.example")',
    "</script>",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site of the published results."""
    folder = tmp_path_factory.mktemp("built") / "site"
    build(ROOT / "results", folder)
    return folder


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The folder of a site in which every name is an attack."""
    top = tmp_path_factory.mktemp("hostile")
    results = top / "results"
    curves = "dataset,model,arm,learning_rate,split,measure,epoch,seeds,mean,"
    curves += "low,q1,median,q3,high\n"
    trials = (
        "dataset,model,arm,learning_rate,seed,status,epochs_run,validation_accuracy\n"
    )
    claims = (
        "claim,source,on,published,ours,low,high,runs,rank,p,family,verdict,why,study\n"
    )
    for name in HOSTILE:
        cell = '"' + name.replace('"', '""') + '"'
        for epoch in (1, 2):
            curves += f"{cell},{cell},{cell},0.1,validation,accuracy,{epoch},2,.5,.4,.4,.5,.6,.6\n"
        for rate in (0.1, 1):
            trials += f"{cell},{cell},{cell},{rate},0,done,2,0.5\n"
        claims += f"{cell},{cell},{cell},1,1,1,1,1,1,,,{cell},{cell},study\n"
    files = {
        "curves.csv": curves,
        "trials.csv": trials,
        "summary.csv": claims.replace(",study\n", ",x\n"),
        "claims.csv": claims,
        "README.md": f"# {HOSTILE[0]}\n\n## Setting\n\n- {HOSTILE[0]}: {HOSTILE[3]}\n",
    }
    said = dict.fromkeys(
        ("question", "finding", "story", "notes", "means", "recipe"), HOSTILE[0]
    )
    view.publish(results / "study", {n: t.encode() for n, t in files.items()}, **said)
    (results / "claims.csv").write_text(claims)
    documents = top / "documents.csv"
    attack = "javascript:alert(1)"
    rows = [f'"{HOSTILE[0]}","{HOSTILE[0]}",{attack},"{HOSTILE[0]}",study,x,']
    documents.write_text(
        "document,source,link,statement,study,claim,reason\n" + "\n".join(rows) + "\n"
    )
    build(results, top / "site", Sources(documents, *[top / "none"] * 3))
    return top / "site"


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for all tests; without one they are skipped, not in CI."""
    if not (CHROMIUM and DRIVER):
        if os.environ.get("HINGE_KERAS_BROWSER") == "required":
            pytest.fail(
                "chromium and chromedriver are required here, and not installed"
            )
        pytest.skip(
            "needs chromium and chromedriver; `apt-get install chromium-driver`"
        )
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    driver = webdriver.Chrome(options, Service(DRIVER))
    yield driver
    driver.quit()
