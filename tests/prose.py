"""Find sentences that were copied from the article, without keeping the article here.

`article_runs.txt` holds the fingerprints, `sorted(runs(article))`, of all its runs of eight words.
"""

import re
from hashlib import blake2b
from pathlib import Path

RUN = 8
_NOT_PROSE = re.compile(
    r"\A---.*?^---$"  # front matter
    r"|\$\$.*?\$\$|\$[^$\n]*\$"  # formulas
    r"|<script.*?</script>|<[^>]*>"
    r"|!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)",  # pictures, addresses of links
    re.DOTALL | re.MULTILINE,
)
ARTICLE = frozenset((Path(__file__).parent / "article_runs.txt").read_text().split())


def runs(markdown: str) -> dict[str, str]:
    """Each run of eight words of a Markdown text, by its fingerprint."""
    words = re.findall(r"[a-z0-9]+", _NOT_PROSE.sub(" ", markdown.lower().replace("'", "")))
    found = [" ".join(words[n : n + RUN]) for n in range(len(words) - RUN + 1)]
    return {blake2b(run.encode(), digest_size=6).hexdigest(): run for run in found}


def copied(markdown: str) -> list[str]:
    """Runs of eight words that the article has too."""
    return [run for fingerprint, run in runs(markdown).items() if fingerprint in ARTICLE]
