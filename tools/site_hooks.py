"""
What the documentation site adds to `docs/` (文档网站): the documents at the root of the repository.

GitHub readers find DESIGN.md, CHANGELOG.md, CONTRIBUTING.md and SECURITY.md at the root; the site has them as pages.
Links between the two places are rewritten, so that one source serves both.
"""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
AT_THE_ROOT = ("DESIGN.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(?=[)#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents at the root."""
    for name in AT_THE_ROOT:
        files.append(File.generated(config, name, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Rewrite links that leave docs/, or that enter it from the root; what the site does not hold stays as a name."""
    source = page.file.src_uri
    at_root = source in AT_THE_ROOT
    here = dirname(source) if at_root else normpath(join("docs", dirname(source)))

    def rewritten(found: re.Match[str]) -> str:
        wanted = normpath(join(here, found[1]))
        if wanted.startswith("docs/"):
            return relpath(wanted.removeprefix("docs/"), dirname(source) or ".")
        if wanted in AT_THE_ROOT:
            return relpath(wanted, dirname(source) or ".")
        return found[1]

    return _LINK.sub(rewritten, markdown)


def on_post_page(output: str, page: Any, **_: object) -> str:
    """Name the language of a Chinese page, for screen readers and for the choice of glyphs."""
    chinese = page.file.src_uri.endswith(".zh-CN.md")
    return output.replace('<html lang="en"', '<html lang="zh-CN"', 1) if chinese else output
