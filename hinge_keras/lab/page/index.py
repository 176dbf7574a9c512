"""Lists of studies and what they found, in pages that are otherwise written by hand.

    <!-- studies: tuned, circles/post -->
    (their questions and findings)
    <!-- end -->

`python -m hinge_keras.lab.page.index README.md=results` renews those of a page, whose
links to the results start so.
"""

import json
import re
import sys
from pathlib import Path

LIST = re.compile(r"(<!-- studies: (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def listed(page):
    """The names of the studies that a page lists, in its order."""
    return [name for _, names, _ in LIST.findall(page) for name in names.split(", ")]


def refreshed(page, results, to_results):
    """A page with every list renewed.

    Args:
        page: Its text.
        results: The folder of results.
        to_results: The path from the page's folder to it, for the links.
    """

    def renewed(found):
        start, names, end = found.groups()
        entries = (entry(results, name, to_results) for name in names.split(", "))
        return start + "".join(entries) + end

    return LIST.sub(renewed, page)


def entry(results, name, to_results):
    """A study's question, linked to its page, and below it what was found."""
    said = json.loads((Path(results) / name / "manifest.json").read_text())
    link = f"{to_results}/{name}/README.md"
    return f"- [{said['question']}]({link})\n  {said['finding']}\n"


def main(arguments):
    """Renew the lists of some pages, each given as `page=path to the results`."""
    for argument in arguments:
        page, _, to_results = argument.partition("=")
        results = Path(page).parent / to_results
        text = refreshed(Path(page).read_text(), results, to_results)
        Path(page).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
