"""Put the worksheets of a class, or their key, on paper: as a web page or as a PDF.

>>> from backprop_core.worksheet import sheets
>>> write_html(sheets(students=1, seed=2026), key=False).startswith("<!doctype html>")
True
"""

from backprop_core.drawing.sheets.pdf import write_pdf
from backprop_core.drawing.sheets.web import write_html

__all__ = ["write_html", "write_pdf"]
