"""What the operating system says (系统的说法): the common reasons why a file could not be read or written."""

from __future__ import annotations

import errno
import os

from gkflow.cli.language import language

_REASONS = {
    errno.ENOENT: ("文件或者文件夹不存在", "no such file or folder"),
    errno.EACCES: ("没有权限", "permission denied"),
    errno.EPERM: ("系统不允许", "operation not permitted"),
    errno.EISDIR: ("这是文件夹", "is a folder"),
    errno.ENOTDIR: ("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EEXIST: ("已经存在", "exists already"),
    errno.ENOTEMPTY: ("文件夹不是空的", "the folder is not empty"),
    errno.ENAMETOOLONG: ("文件名或者路径太长", "file name or path too long"),
    errno.ENOSPC: ("磁盘已满", "no space left on the disk"),
    errno.EDQUOT: ("磁盘配额已用完", "disk quota exceeded"),
    errno.EROFS: ("文件系统只读", "read-only file system"),
    errno.EBADF: ("输出已经关闭", "the output is closed"),
    errno.EPIPE: ("接收输出的程序已经结束", "the program that takes the output has ended"),
    errno.EIO: ("磁盘或者设备读写出错", "input/output error"),
    errno.EFBIG: ("文件太大", "file too large"),
    errno.ELOOP: ("符号链接太多", "too many symbolic links"),
    errno.EMFILE: ("打开的文件太多", "too many open files"),
    errno.EINVAL: ("参数无效", "invalid argument"),
}
_SAID = {os.strerror(number): pair for number, pair in _REASONS.items()}


def system_words(error: OSError) -> str:
    """Why it failed, in the language chosen; what is not in the list stays in the system's own words."""
    pair = _REASONS.get(error.errno or 0)
    if pair is not None:
        return pair[0] if language() == "zh" else pair[1]
    return error.strerror or str(error)


def said_in_chinese(text: str) -> str | None:
    """The Chinese of what the system said, where it is in the list."""
    pair = _SAID.get(text.removesuffix("."))
    return pair[0] if pair is not None else None
