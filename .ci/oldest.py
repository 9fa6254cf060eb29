"""Print a constraints file that pins what hsclass and its tests import to the lower bounds of pyproject.toml.

python .ci/oldest.py > oldest.txt && pip install -c oldest.txt -e '.[unit]'
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
BOUND = re.compile(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)(,<[\w.]+)?")


def constraints() -> list[str]:
    """Return a line `name==version` for every requirement of the package and of the extra `unit`."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *extras["unit"], *extras["backbones"], *extras["xarray"]]
    bounds = [found for line in stated if (found := BOUND.fullmatch(line))]
    return sorted(f"{bound['name']}=={bound['version']}" for bound in bounds)


if __name__ == "__main__":
    sys.stdout.write("\n".join(constraints()) + "\n")
