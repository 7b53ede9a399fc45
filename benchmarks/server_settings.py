"""The site's settings with two addresses more, which the benchmark of the pages compares them with."""

from __future__ import annotations

import os
from pathlib import Path

from broadsheet.site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.server_urls"
# Files of the sizes of pages; WhiteNoise serves them from the top, as it does the site's own static files.
WHITENOISE_ROOT = Path(os.environ["BENCHMARK_FILES"])
