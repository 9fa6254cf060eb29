"""The documentation builds as a site, with every link and every made page."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    options = (tmp_path / "options/index.html").read_text(encoding="utf-8")
    assert "side of the tiles [pixels]" in options  # of the sampler blocks
    assert "hsclass.training.fit" in (tmp_path / "api/index.html").read_text(encoding="utf-8")
    assert "--probabilities" in (tmp_path / "commands/index.html").read_text(encoding="utf-8")
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")]
    assert not [page[:200] for page in pages if 'src="http' in page or 'rel="stylesheet" href="http' in page]
