"""Finding papers: one query, one engine, one order for every outlet."""

from __future__ import annotations

import os

# numpy's OpenBLAS lets its idle threads spin for about 2**26 cycles after each product, which doubled the processor
# time of a search page; 2**4 sends them to sleep at once. It is read when numpy is loaded, so it stands before that.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
