"""What the operating system says (系统的说法): the common reasons why a file could not be read or written."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping

from gkflow.domain.sentences import Sentence, said
from gkflow.words.language import translated

_REASONS = {
    errno.ENOENT: said("no such file or folder"),
    errno.EACCES: said("permission denied"),
    errno.EPERM: said("operation not permitted"),
    errno.EISDIR: said("is a folder"),
    errno.ENOTDIR: said("a part of the path is no folder"),
    errno.EEXIST: said("exists already"),
    errno.ENOTEMPTY: said("the folder is not empty"),
    errno.ENAMETOOLONG: said("file name or path too long"),
    errno.ENOSPC: said("no space left on the disk"),
    errno.EDQUOT: said("disk quota exceeded"),
    errno.EROFS: said("read-only file system"),
    errno.EBADF: said("the output is closed"),
    errno.EPIPE: said("the program that takes the output has ended"),
    errno.EIO: said("input/output error"),
    errno.EFBIG: said("file too large"),
    errno.ELOOP: said("too many symbolic links"),
    errno.EMFILE: said("too many open files"),
    errno.EINVAL: said("invalid argument"),
    errno.ECONNREFUSED: said("connection refused"),
    errno.ECONNRESET: said("the connection was cut off"),
    errno.EHOSTUNREACH: said("the host cannot be reached"),
    errno.ENETUNREACH: said("the network cannot be reached"),
    errno.ETIMEDOUT: said("no answer in time"),
    errno.EADDRINUSE: said("the address is in use"),
}
# The same by what the system says: a driver's or a parser's message may be no more than that.
SAID: Mapping[str, Sentence] = {os.strerror(number): words for number, words in _REASONS.items()}

_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


def reason_of(error: OSError) -> str:
    """Why it failed, as a sentence that a fault can hold; what is not in the list stays in the system's own words."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def system_words(error: OSError) -> str:
    """Why it failed, in the language of this call; what is not in the list stays in the system's own words."""
    return translated(reason_of(error))


def reason_words(text: str) -> str:
    """What the system said, in the language of this call, where it is in the list; other text as it is."""
    return translated(known_reason(text))


def known_reason(text: str) -> str:
    """What the system said, as a sentence that can be translated where it is in the list; other text as it is."""
    return SAID.get(_NUMBER.sub("", text).removesuffix("."), text)
