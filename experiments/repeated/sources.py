"""Where statements about the hinge are read, each with its link where it is known."""

from experiments.repeated.statement import Source

ARTICLES = "https://github.com/christianversloot/machine-learning-articles/blob/main/"

AIML = Source(
    "aiml.com, hinge and logistic loss",
    "https://aiml.com/how-does-hinge-loss-differ-from-logistic-loss/",
)
AGARAP = Source("Agarap 2017, code", "https://github.com/AFAgarap/cnn-svm")
BAELDUNG = Source("Baeldung", "https://www.baeldung.com/cs/hinge-loss-vs-logistic-loss")
CORNELL = Source(
    "Cornell CS4780, lecture notes",
    "https://cs.cornell.edu/courses/cs4780/2022sp/notes/LectureNotes14.html",
)
GITBOOK = Source("ztlevi, ML 101", "https://ztlevi.gitbook.io/ml-101/loss/hinge_loss")
HUI = Source("Hui and Belkin 2021, abstract", "https://arxiv.org/abs/2006.07322")
KORNBLITH = Source("Kornblith and others 2021, abstract")
KOSHUR = Source("KoshurAI, Medium")
LUKAS = Source("Lukas' notes", "https://notes.lukasl.dev/Knowledge/Hinge-Loss")
PROGRAMMATHICALLY = Source(
    "Programmathically",
    "https://programmathically.com/understanding-hinge-loss-and-the-svm-cost-function/",
)
REDDIT = Source("an answer on Reddit")
SCIENCEDIRECT = Source("a page of ScienceDirect topics")
SISYPHUS = Source(
    "Sisyphus, deep learning basics",
    "https://sisyphus.gitbook.io/project/deep-learning-basics/basics/hinge-loss",
)
STACK = Source(
    "Cross Validated 299876", "https://stats.stackexchange.com/questions/299876"
)
TECHKLUSTER = Source(
    "techkluster", "https://techkluster.com/technology/hinge-loss-vs-logistic-loss/"
)
TRUEGEOMETRY = Source(
    "truegeometry",
    "https://www.truegeometry.com/api/exploreHTML"
    "?query=Comparison+of+Log+Loss+and+Hinge+Loss+in+terms+of+outlier+sensitivity",
)
VERSLOOT = Source(
    "Versloot 2019, hinge",
    ARTICLES + "how-to-use-hinge-squared-hinge-loss-with-keras.md",
)
VERSLOOT_CLASSES = Source(
    "Versloot 2019, categorical hinge",
    ARTICLES + "how-to-use-categorical-multiclass-hinge-with-keras.md",
)
VERSLOOT_LOSSES = Source(
    "Versloot 2019, loss functions", ARTICLES + "about-loss-and-loss-functions.md"
)
WIKIPEDIA = Source("Wikipedia, Hinge loss", "https://en.wikipedia.org/wiki/Hinge_loss")
