"""What every test shares. The environment is set before Django reads its settings."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="supportmesh-test-"))
