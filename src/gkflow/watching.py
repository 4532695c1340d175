"""
Who looks at an office as it is opened (打开时的提示): a door may say what people should know before they read on.

A module of its own, and a small one: the command line asks for it before it knows whether any office is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

on_open: list[Callable[[Any], None]] = []
