"""Invisible characters (不可见字符), widths and look-alikes, normalised where the meaning is certain."""

from __future__ import annotations

import re
import unicodedata

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
# They change the order in which text is shown: the printed text differs from the file.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Byte-order marks, zero-width spaces, direction marks, soft hyphens. The joiners U+200C and U+200D stay in texts:
# Uyghur and other scripts need them.
_UNSEEN = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff" + _TURNING
_JOINERS = "\u200c\u200d"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LETTERS = {code: low for code, low in _FULL_WIDTH.items() if chr(low).isalnum()}

_WITHOUT = dict.fromkeys(map(ord, _UNSEEN))
_WITHOUT_ALL = dict.fromkeys(map(ord, _UNSEEN + _JOINERS))
_FOLDED = {**_FULL_WIDTH, 0x3000: 0x20, 0xA0: 0x20, **dict.fromkeys(map(ord, _DASHES), 0x2D), **_WITHOUT_ALL}
_NUMBER = {**_LETTERS, 0xFF0D: 0x2D, **_WITHOUT_ALL}
_LOOKS = {**_FOLDED, **dict.fromkeys(map(ord, " \t_")), **{ord(a): ord(b) for a, b in ("o0", "l1", "i1")}}

_TURNS = re.compile(f"[{_TURNING}]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")


def folded(text: str) -> str:
    """
    The text with ASCII digits, signs and letters and without invisible marks, for days, numbers and codes.

    >>> folded("２０２２－０９－３０"), folded("\\u200e2022–09–30")
    ('2022-09-30', '2022-09-30')
    """
    return text.strip() if text.isascii() else text.translate(_FOLDED).strip()


def unmarked(text: str) -> str:
    """A free text without invisible marks; its widths, line breaks and joiners stay."""
    return text if text.isascii() else text.translate(_WITHOUT)


def plain_number(text: str) -> str:
    """
    A case number (案件编号) without invisible marks, with letters, digits and hyphens of one width. Brackets stay: an
    office that writes 〔2026〕 or （2026） means it.

    >>> plain_number("ＧＫ－１\\ufeff"), plain_number("市公开（2026）１号")
    ('GK-1', '市公开（2026）1号')
    """
    return text.strip() if text.isascii() else text.translate(_NUMBER).strip()


def looks_of(number: str) -> str:
    """
    A key that is equal for numbers that look alike.

    >>> looks_of("GK–1") == looks_of("gk-l") == looks_of("GK-1")
    True
    """
    return number.translate(_FOLDED).casefold().translate(_LOOKS)


def broken(text: str) -> str:
    """The character that no database can store (NUL, half a surrogate pair), shown; empty if there is none."""
    found = _BROKEN.search(text)
    return shown(found.group()) if found else ""


def controls(text: str) -> str:
    """The control characters in a text, which would steer a terminal, each shown once."""
    return ", ".join(map(shown, dict.fromkeys(_CONTROL.findall(text))))


def turns(text: str) -> str:
    """The characters that reverse a text, each shown once."""
    return ", ".join(map(shown, dict.fromkeys(_TURNS.findall(text))))


def visible(text: str) -> str:
    """
    A safe text: control characters become pictures, characters that reverse the text are removed.

    >>> visible("a\\x1b[2Jb\\u202e")
    'a␛[2Jb'
    """
    if text.isprintable():
        return text
    return _TURNS.sub("", _BROKEN.sub(_picture, _CONTROL.sub(_picture, text)))


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def shown(mark: str) -> str:
    """
    A character by its code and name.

    >>> shown("\\u200b")
    'U+200B ZERO WIDTH SPACE'
    """
    return " ".join(filter(None, (f"U+{ord(mark):04X}", unicodedata.name(mark, ""))))


def revealed(text: str) -> str:
    """
    A text with its invisible characters shown by their codes.

    >>> revealed("GK-1\\u200b")
    'GK-1<U+200B>'
    """
    return "".join(
        f"<U+{ord(mark):04X}>" if ord(mark) in _WITHOUT_ALL else mark for mark in _CONTROL.sub(_picture, text)
    )
