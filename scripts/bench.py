"""Measures seaworthy beside its peers. Started by scripts/bench, which installs what this needs.

Whatever is compared runs in turn, A B A B, so that a busy moment of the machine meets all of them. Walls are given
as ratios to psql, since only ratios carry over to another machine.
"""

import argparse
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

USER, PASSWORD = "bench", "bench"

# A small but ordinary revision: a table of five columns and an index.
TABLE = """CREATE TABLE t{n} (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    note text,
    amount numeric(12, 2) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX t{n}_name ON t{n} (name);
"""
DROP = "DROP TABLE t{n};\n"

# The same length of text without ten thousand tables in the catalogue.
CHEAP = """SELECT {n} AS id, 'a name that is not null' AS name,
    'a note that may be null' AS note,
    0::numeric(12, 2) AS amount,
    now() AS created_at
WHERE EXISTS (
    SELECT FROM pg_catalog.pg_class WHERE oid = {n}
);
"""


# A table of ten columns, three indexes beside its key, and two references to tables before it.
ORDINARY = """CREATE TABLE s{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(80) NOT NULL,
    note text,
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    is_open boolean NOT NULL DEFAULT true,
    tags text[] NOT NULL DEFAULT '{{}}',
    about jsonb,
    first_id bigint REFERENCES s{first},
    second_id bigint REFERENCES s{second} ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX s{n}_name ON s{n} (name);
CREATE INDEX s{n}_first ON s{n} (first_id);
CREATE INDEX s{n}_open ON s{n} (second_id) WHERE is_open;
"""
# What one table in a hundred has more.
MORE = "ALTER TABLE s{n} ADD COLUMN more text NOT NULL DEFAULT '';\n"


class Cluster:
    """A PostgreSQL server on loopback, with password authentication as usual in containers."""

    def __init__(self, pg_bin, work):
        self.bin, self.work, self.data = pg_bin, work, work / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # PostgreSQL refuses root.
        self.owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self.owner:
            os.chown(work, self.owner.pw_uid, self.owner.pw_gid)
        password = work / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self.as_owner("initdb", "-D", self.data, "-U", USER, "--auth=scram-sha-256", f"--pwfile={password}",
                      "--encoding=UTF8", "--locale=C.UTF-8")
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{work}'\n"
                       "max_connections = 300\nlog_line_prefix = '%n '\nautovacuum = off\n")

    def as_owner(self, program, *arguments):
        drop = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        subprocess.run([self.bin / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=self.work, **drop)

    def start(self, wait="-w"):
        self.as_owner("pg_ctl", "-D", self.data, "-l", self.work / "log", "-s", wait, "start")

    def stop(self, mode="fast"):
        self.as_owner("pg_ctl", "-D", self.data, "-s", "-w", "-m", mode, "stop")

    def url(self, database, scheme="postgres"):
        return f"{scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def psql(self, database, *arguments):
        return [str(self.bin / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                "-U", USER, "-d", database, *arguments]

    def ask(self, database, sql):
        done = subprocess.run(self.psql(database, "-At", "-c", sql), check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def fresh(self, database):
        self.ask("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.ask("postgres", f"CREATE DATABASE {database} TEMPLATE template0")

    def ready_at(self):
        """When the last start accepted its first login, by the server's own clock."""
        lines = (self.work / "log").read_text().splitlines()
        return max(float(line.split()[0]) for line in lines if "ready to accept connections" in line)


class Tool:
    """One way to migrate: how its directory looks, and its command."""

    def __init__(self, name, write, command):
        self.name, self.write, self.command = name, write, command


def numbered(pattern, text):
    def write(directory, count, body):
        for n in range(1, count + 1):
            (directory / pattern.format(n=n)).write_text(text(body.format(n=n), DROP.format(n=n)))
    return write


def alembic(directory, count, body):
    (directory / "versions").mkdir()
    (directory / "alembic.ini").write_text(f"[alembic]\nscript_location = {directory}\n")
    (directory / "env.py").write_text(
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n"
        "with create_engine(os.environ['BENCH_URL']).connect() as connection:\n"
        "    context.configure(connection=connection, transaction_per_migration=True)\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n")
    for n in range(1, count + 1):
        down = repr(f"{n - 1:06d}") if n > 1 else None
        calls = [f"    op.execute({s.strip()!r})\n" for s in body.format(n=n).split(";\n") if s.strip()]
        (directory / "versions" / f"{n:06d}_table.py").write_text(
            f"from alembic import op\nrevision = '{n:06d}'\ndown_revision = {down}\n"
            f"def upgrade():\n{''.join(calls)}\ndef downgrade():\n    op.execute({DROP.format(n=n)!r})\n")


def tools(options, cluster):
    up_and_down = numbered("{n:06d}_table.sql", lambda up, down: f"-- migrate:up\n{up}\n-- migrate:down\n{down}")
    cargo = options.tools / "cargo" / "bin"
    # One of the registries' Alembics: a package on PATH may be older.
    alembic_program = options.tools / "alembic" / "bin" / "alembic"
    found = [
        Tool("seaworthy", up_and_down, lambda d, db: (
            [options.seaworthy, "run", "--dir", d, "--", "true"], {"DATABASE_URL": cluster.url(db)})),
        Tool("sqlx", numbered("{n:06d}_table.sql", lambda up, down: up), lambda d, db: (
            [cargo / "sqlx", "migrate", "run", "--no-dotenv", "--source", d], {"DATABASE_URL": cluster.url(db)})),
        Tool("refinery", numbered("V{n}__table.sql", lambda up, down: up), lambda d, db: (
            [cargo / "refinery", "migrate", "-e", "BENCH_URL", "-p", d], {"BENCH_URL": cluster.url(db)})),
        Tool("alembic", alembic, lambda d, db: (
            [alembic_program, "-c", d / "alembic.ini", "upgrade", "head"],
            {"BENCH_URL": cluster.url(db, "postgresql+psycopg")})),
    ]
    if shutil.which("dbmate"):
        found.insert(1, Tool("dbmate", up_and_down, lambda d, db: (
            [shutil.which("dbmate"), "--migrations-dir", d, "--no-dump-schema", "up"],
            {"DATABASE_URL": cluster.url(db) + "?sslmode=disable"})))
    return [tool for tool in found if not options.only or tool.name in options.only]


class Sample:
    """Wall and CPU of one run, in seconds."""

    def __init__(self, wall, cpu):
        self.wall, self.cpu = wall, cpu


def start(command, extra, quiet):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "PGPASSWORD": PASSWORD,
                   **extra}
    command = [str(word) for word in command]
    files = [(os.POSIX_SPAWN_DUP2, quiet.fileno(), fd) for fd in (1, 2)]
    return os.posix_spawnp(command[0], command, environment, file_actions=files)


def run(command, extra=None):
    """Runs a command to its end, which must be a good one."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        pid = start(command, extra or {}, output)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - began
        if status:
            output.seek(0)
            raise SystemExit(f"bench: {command[0]} failed: {output.read().decode()[-2000:]}")
        return Sample(wall, usage.ru_utime + usage.ru_stime)


def peak(command, extra=None):
    """Returns the peak memory in MiB. GNU time starts it, since a child of Python is charged for Python's memory."""
    with tempfile.NamedTemporaryFile("r") as told:
        run(["/usr/bin/time", "-f", "%M", "-o", told.name, *command], extra)
        return int(told.read().split()[-1]) / 1024


def median(values):
    return statistics.median(values)


def in_turn(commands, rounds):
    """Runs each command in each round; the first round warms the caches and does not count."""
    samples = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            sample = run(*command)
            if turn:
                samples[name].append(sample)
    return samples


def table(title, columns, rows):
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


class Bench:
    def __init__(self, options, cluster, work):
        self.options, self.cluster, self.work = options, cluster, work
        self.tools = tools(options, cluster)

    def project(self, tool, count, body):
        directory = self.work / f"{tool.name}-{count}-{hash(body) & 0xffff}"
        if not directory.exists():
            directory.mkdir()
            tool.write(directory, count, body)
        return directory

    def at_head(self, count, body):
        """Brings a database of each tool to its head, and returns the commands that then find nothing to do."""
        commands = {}
        for tool in self.tools:
            database = f"head_{tool.name}_{count}"
            self.cluster.fresh(database)
            self.cluster.ask("postgres", f"ALTER DATABASE {database} SET synchronous_commit = off")
            command, extra = tool.command(self.project(tool, count, body), database)
            run([word if word != "upgrade" or tool.name != "alembic" else "stamp" for word in command]
                if count > 1000 else command, extra)
            run(command, extra)
            commands[tool.name] = (command, extra)
        return commands

    def head(self):
        rounds = 20 if self.options.quick else 100
        select = (self.cluster.psql("postgres", "-c", "select 1"), {})
        commands = {"psql `select 1`": select, **self.at_head(100, TABLE)}
        slow = {name: command for name, command in commands.items() if name in ("psql `select 1`", "alembic")}
        fast = {name: command for name, command in commands.items() if name != "alembic"}
        samples = in_turn(fast, rounds)
        if "alembic" in slow:
            samples["alembic"] = in_turn(slow, max(3, rounds // 10))["alembic"]
        base = median(s.wall for s in samples["psql `select 1`"])
        table(f"Nothing to do, 100 revisions ({rounds} rounds)", ["tool", "wall, x psql", "CPU ms", "peak MiB"], [
            [name, f"{median(s.wall for s in runs) / base:.2f}", f"{1e3 * median(s.cpu for s in runs):.1f}",
             f"{median(peak(*commands[name]) for _ in range(3)):.1f}"] for name, runs in samples.items()])

    def many(self):
        count = 2_000 if self.options.quick else 10_000
        commands = self.at_head(count, CHEAP)
        samples = in_turn(commands, 3 if self.options.quick else 10)
        table(f"{count:,} revision files, nothing to do", ["tool", "CPU ms", "peak MiB"], [
            [name, f"{1e3 * median(s.cpu for s in runs):.0f}", f"{peak(*commands[name]):.1f}"]
            for name, runs in samples.items()])

    def look(self):
        """Commands that read every file and connect to nothing."""
        count = 2_000 if self.options.quick else 10_000
        commands = {}
        for tool in self.tools:
            directory = self.project(tool, count, CHEAP)
            for look in ("heads", "history"):
                if tool.name == "seaworthy":
                    commands[f"seaworthy {look}"] = ([self.options.seaworthy, look, "--dir", directory], {})
                elif tool.name == "alembic":
                    program = self.options.tools / "alembic" / "bin" / "alembic"
                    commands[f"alembic {look}"] = ([program, "-c", directory / "alembic.ini", look], {})
        samples = in_turn(commands, 3 if self.options.quick else 5)
        table(f"{count:,} revision files, looked at without a database", ["command", "CPU ms", "peak MiB"], [
            [f"`{name}`", f"{1e3 * median(s.cpu for s in runs):.0f}", f"{peak(*commands[name]):.1f}"]
            for name, runs in samples.items()])

    def apply(self):
        count = 200 if self.options.quick else 1_000
        rounds = 1 if self.options.quick else 3
        one_file = self.work / "one.sql"
        one_file.write_text("".join(f"BEGIN;\n{TABLE.format(n=n)}COMMIT;\n" for n in range(1, count + 1)))
        rows = {}
        peaks = {}
        for commit in ("on", "off"):
            samples = {}
            for _ in range(rounds):
                for name in ["psql, one file", *(tool.name for tool in self.tools)]:
                    if name == "alembic" and name in samples:
                        continue
                    self.cluster.fresh("applied")
                    self.cluster.ask("postgres", f"ALTER DATABASE applied SET synchronous_commit = {commit}")
                    tool = next((tool for tool in self.tools if tool.name == name), None)
                    command, extra = (tool.command(self.project(tool, count, TABLE), "applied") if tool
                                      else (self.cluster.psql("applied", "-f", one_file), {}))
                    samples.setdefault(name, []).append(run(command, extra))
                    if not tool:
                        continue
                    tables = self.cluster.ask("applied", "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$'")
                    assert tables == str(count), (name, tables)
            base = median(s.wall for s in samples["psql, one file"])
            for name, runs in samples.items():
                rows.setdefault(name, []).append(f"{median(s.wall for s in runs) / base:.2f}")
                if commit == "on":
                    peaks[name] = f"{1e3 * median(s.cpu for s in runs):.0f}"
        table(f"{count:,} revisions, each in its transaction (median of {rounds}; alembic once)",
              ["tool", "wall, x psql", "the same, `synchronous_commit=off`", "CPU ms"],
              [[name, *ratios, peaks[name]] for name, ratios in rows.items()])

    def lock(self):
        """Many processes at once on an empty database."""
        crowd, count, rounds = 50, 100, 1 if self.options.quick else 3
        rows = []
        for tool in self.tools:
            single, together, good = [], [], []
            directory = self.project(tool, count, TABLE)
            command, extra = tool.command(directory, "crowd")
            for _ in range(1 if tool.name == "alembic" else rounds):
                self.cluster.fresh("crowd")
                single.append(run(command, extra).wall)
                self.cluster.fresh("crowd")
                with open(os.devnull, "w") as quiet:
                    began = time.perf_counter()
                    crew = [start(command, extra, quiet) for _ in range(crowd)]
                    statuses = [os.waitpid(pid, 0)[1] for pid in crew]
                    together.append(time.perf_counter() - began)
                good.append(statuses.count(0))
                tables = self.cluster.ask("crowd", "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$'")
                assert tables == str(count) or tool.name != "seaworthy", tables
            rows.append([tool.name, f"{min(good)} of {crowd}", f"{median(together) / median(single):.2f}"])
        table(f"{crowd} processes at once, empty database, {count} revisions",
              ["tool", "exit 0", "until the last ends, x one alone"], rows)

    def schema(self):
        """Two live databases compared, whose tables are many."""
        rows = []
        for count in (200,) if self.options.quick else (1_000, 10_000):
            files = {"before": self.work / f"{count}.sql", "after": self.work / f"{count}-more.sql"}
            files["before"].write_text("".join(
                ORDINARY.format(n=n, first=n // 2, second=n // 3) for n in range(count)))
            files["after"].write_text(files["before"].read_text() + "".join(
                MORE.format(n=n) for n in range(0, count, 100)))
            for database, file in files.items():
                self.cluster.fresh(database)
                run(self.cluster.psql(database, "-f", file))
                self.cluster.ask(database, "VACUUM ANALYZE pg_catalog.pg_depend")
            urls = [self.cluster.url(database, "postgresql") for database in files]
            commands = {"seaworthy diff": ([self.options.seaworthy, "diff", "--log-level", "error", *urls], {})}
            migra = self.options.tools / "migra" / "bin" / "migra"
            # It takes minutes for ten thousand.
            if (not self.options.only or "migra" in self.options.only) and count <= 1_000:
                # Its exit code says that they differ.
                commands["migra"] = (["sh", "-c", f"{migra} --unsafe {urls[0]} {urls[1]}; test $? = 2"], {})
            samples = in_turn(commands, 3)
            rows += [
                [f"`{name}`", f"{count:,}", f"{median(s.wall for s in runs):.2f}", f"{median(s.cpu for s in runs):.2f}",
                 f"{peak(*commands[name]):.0f}"] for name, runs in samples.items()]
        table("Two databases compared; one table in a hundred has a column more",
              ["tool", "tables", "wall s", "its CPU s", "peak MiB"], rows)

    def ready(self):
        """How long after the server accepts logins a wait for it ends."""
        rounds = 7 if self.options.quick else 25
        wait = [self.options.seaworthy, "wait", "--log-level", "error"]
        url = {"DATABASE_URL": self.cluster.url("postgres")}
        ready = f"{self.cluster.bin}/pg_isready -q -h 127.0.0.1 -p {self.cluster.port}"
        waits = {
            "seaworthy wait": (wait, url),
            "seaworthy wait --max-interval 50ms": ([*wait, "--max-interval", "50ms"], url),
            "pg_isready, sleep 1": (["sh", "-c", f"until {ready}; do sleep 1; done"], {}),
        }
        delays = {name: [] for name in waits}
        chance = random.Random(1)
        for _ in range(rounds):
            late = chance.uniform(0.2, 2.0)
            for name, (command, extra) in waits.items():
                self.cluster.stop()
                with open(os.devnull, "w") as quiet:
                    pid = start(command, extra, quiet)
                    # The server's start is what is waited for; that it comes late is the case to measure.
                    time.sleep(late)
                    self.cluster.start("-W")
                    status = os.waitpid(pid, 0)[1]
                    done = time.time()
                assert status == 0, (name, status)
                delays[name].append(1e3 * (done - self.cluster.ready_at()))
        table(f"Readiness noticed ({rounds} starts, 0.2 to 2 s late)", ["wait", "median ms", "worst ms"],
              [[f"`{name}`", f"{median(ms):.0f}", f"{max(ms):.0f}"] for name, ms in delays.items()])


def main():
    sections = ["head", "many", "look", "apply", "lock", "schema", "ready"]
    names = ["seaworthy", "dbmate", "sqlx", "refinery", "alembic", "migra"]
    arguments = argparse.ArgumentParser(prog="scripts/bench", description="Measures seaworthy beside its peers.")
    for path in ("--seaworthy", "--postgresql", "--tools"):
        arguments.add_argument(path, type=Path, required=True, help=argparse.SUPPRESS)
    arguments.add_argument("--quick", action="store_true", help="fewer rounds, smaller numbers")
    arguments.add_argument("--only", type=lambda text: text.split(","), metavar="TOOL[,TOOL]",
                           help=f"beside psql, some of: {' '.join(names)}")
    arguments.add_argument("sections", nargs="*", metavar="SECTION", help=f"some of: {' '.join(sections)}")
    options = arguments.parse_args()
    for section in options.sections:
        if section not in sections:
            arguments.error(f"no section `{section}`; there are: {' '.join(sections)}")
    for name in options.only or []:
        if name not in names:
            arguments.error(f"no tool `{name}`; there are: {' '.join(names)}")

    signal.signal(signal.SIGTERM, lambda *_: exit(143))
    os.environ["PGPASSWORD"] = PASSWORD
    work = Path(tempfile.mkdtemp(prefix="seaworthy-bench-"))
    work.chmod(0o755)
    cluster = Cluster(options.postgresql, work)
    try:
        cluster.start()
        bench = Bench(options, cluster, work)
        for section in options.sections or sections:
            getattr(bench, section)()
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            cluster.stop("immediate")
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
