"""Start the stand-in for the Drime API: ``python3 docker/drime --host 127.0.0.1 --port 8080``.

Python runs a directory that holds a ``__main__.py``, so nothing has to be installed and no
search path set. What the stand-in does is set by the environment (see ``drime_standin.settings``);
only the place where it listens is an argument.
"""

import sys

from drime_standin.serve import main

if __name__ == "__main__":
    sys.exit(main())
