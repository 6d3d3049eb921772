"""Modules that programs load when they are first needed, which is too late: a component has the modules that were imported
when it was built, and no others."""

import codecs
import datetime  # noqa: F401
import decimal  # noqa: F401
import fractions  # noqa: F401
import html.parser  # noqa: F401
import json.decoder  # noqa: F401
import linecache  # noqa: F401
import random  # noqa: F401
import string  # noqa: F401
import textwrap  # noqa: F401
import tomllib  # noqa: F401
import traceback  # noqa: F401
import unicodedata  # noqa: F401
import urllib.parse  # noqa: F401
import zoneinfo  # noqa: F401

for _name in ("ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "unicode_escape", "raw_unicode_escape", "idna", "punycode"):
    codecs.lookup(_name)
