"""
Watchers of an office being opened (打开时的提示): a door may show a warning before anything else.

A small module of its own, because the command line imports it before it knows whether any office is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

on_open: list[Callable[[Any], None]] = []
