"""`with_postgres.py COMMAND...`: run it with DATABASE_URL of a PostgreSQL cluster that lives as long as the command."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def binaries() -> Path:
    """The folder of initdb and postgres: the newest of Debian's, else where the PATH says."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    if not found:
        sys.exit("No PostgreSQL here: install its server (Debian: apt-get install postgresql).")
    return Path(found).parent


def owner() -> str | None:
    """The server refuses to be root: then it runs as the user of Debian's package."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        sys.exit("PostgreSQL refuses to run as root, and there is no user postgres to run it as.")


def main(command: list[str]) -> int:
    """The command's exit code. The cluster is gone afterwards."""
    folder, tools, user = Path(tempfile.mkdtemp(prefix="supportmesh-postgres-")), binaries(), owner()
    data = folder / "data"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"

    def tool(name: str, *arguments: str) -> None:
        done = subprocess.run(
            [tools / name, *arguments], user=user, group=user, cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{name} failed: {done.stdout}{done.stderr}")

    try:
        if user:
            shutil.chown(folder, user, user)
        tool("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync")
        # pg_ctl's server keeps our pipes open, so its output goes to a file.
        tool("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            url = f"postgres://postgres@127.0.0.1:{port}/postgres"
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
        finally:
            tool("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
