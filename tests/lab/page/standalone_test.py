"""A page in one file: whole, asking for nothing, every name as text."""

from html.parser import HTMLParser

import pandas as pd

from hinge_keras.lab.page import standalone

HOSTILE = "<script>alert('x')</script>"


class Seen(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.asked, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.asked += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def page():
    parts = [
        standalone.sentence(HOSTILE, "answer"),
        standalone.remarks([HOSTILE]),
        standalone.table(
            pd.DataFrame({HOSTILE: [HOSTILE, 0.12345], "n": [True, None]})
        ),
        standalone.picture(b"png", f'"{HOSTILE}'),
        standalone.heading(HOSTILE),
        standalone.lines({HOSTILE: HOSTILE}),
    ]
    return standalone.document(HOSTILE, parts, by=HOSTILE)


def test_every_name_is_text():
    seen = Seen(page())
    assert "script" not in seen.tags
    assert seen.text.count(HOSTILE) == 10


def test_it_asks_for_nothing_outside():
    seen = Seen(page())
    assert seen.asked == ["data:image/png;base64,cG5n"]
    assert "default-src 'none'" in page()
    assert "http" not in page().replace("http-equiv", "")


def test_numbers_are_short_truths_are_words_and_gaps_empty():
    text = Seen(page()).text
    assert "0.123" in text
    assert "yes" in text
    assert "None" not in text
    assert standalone.table(pd.DataFrame()) == ""
