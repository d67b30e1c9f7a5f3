# Prints the SQL that makes what SQLAlchemy metadata describe, without a connection or a driver.
#
# The arguments are the server's version, such as 150018, and names as `module:attribute.path`. Standard output is kept
# for the SQL, or for what went wrong: the exit code says which. What imported modules print goes to standard error.
import importlib
import os
import re
import sys
import traceback

answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
directory = os.getcwd()
sys.path[:1] = [directory]


def finish(code, text):
    answer.write(text)
    answer.flush()
    # Neither threads nor exit handlers of imported modules have a say.
    os._exit(code)


def fail(code, text):
    for name, value in os.environ.items():
        if len(value) > 5 and re.search("PASS|SECRET|TOKEN|KEY|URL|URI|DSN|CREDENTIAL", name.upper()):
            text = text.replace(value, "***")
    finish(code, re.sub(r"input_value=.*?(?=, input_type)", "input_value=***", text))


def failed(code, name):
    kind, error, trace = sys.exc_info()
    own = [one for one in traceback.extract_tb(trace) if one.filename.startswith(directory)]
    frames = ['File "%s", line %d, in %s' % (one.filename, one.lineno, one.name) for one in own[-2:]]
    fail(code, "\n".join([name] + frames + traceback.format_exception_only(kind, error)[-4:]))


def found(name):
    module, _, path = name.partition(":")
    try:
        thing = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module + ".").startswith(error.name + "."):
            fail(102, "%s\nno module `%s` in %s or on PYTHONPATH" % (name, error.name, directory))
        failed(106, name)
    except BaseException:
        failed(106, name)
    for part in path.split("."):
        if not hasattr(thing, part):
            fail(103, "%s\n%r has no attribute `%s`" % (name, thing, part))
        thing = getattr(thing, part)
    if isinstance(thing, MetaData):
        return thing
    if isinstance(getattr(thing, "metadata", None), MetaData):
        fail(104, "%s\nits metadata are `%s.metadata`" % (name, name))
    fail(104, "%s\nit is of the type `%s`" % (name, type(thing).__name__))


try:
    from sqlalchemy import MetaData
    from sqlalchemy.dialects.postgresql.base import PGDialect
    from sqlalchemy.engine.mock import MockConnection
    from sqlalchemy.types import ARRAY, Enum, TypeDecorator
except ImportError:
    failed(101, "%s\nread by %s" % (sys.argv[2], sys.executable))

number = int(sys.argv[1])
dialect = PGDialect(paramstyle="named")
dialect.server_version_info = (number // 10000, number % 10000)
dialect.supports_virtual_generated_columns = number >= 180000
# Those of a server whose strings are as the standard has them.
dialect._backslash_escapes = False
statements = []


def take(statement, *_, **__):
    add(str(statement.compile(dialect=dialect)))


def add(text):
    text = text.strip().rstrip(";")
    if text and text not in statements:
        statements.append(text)


def enums(kind):
    while isinstance(kind, TypeDecorator):
        kind = kind.load_dialect_impl(dialect)
    if isinstance(kind, ARRAY):
        return enums(kind.item_type)
    kind = kind.dialect_impl(dialect)
    return [kind] if isinstance(kind, Enum) and kind.native_enum and kind.name else []


def describe(name, metadata):
    if not metadata.tables:
        fail(105, name)
    types = [kind for table in metadata.tables.values() for one in table.columns for kind in enums(one.type)]
    schemas = {one.schema for one in list(metadata.tables.values()) + list(metadata._sequences.values()) + types}
    for schema in sorted(filter(None, schemas)):
        add("CREATE SCHEMA IF NOT EXISTS " + dialect.identifier_preparer.quote(schema))
    for kind in types:
        kind.create(MockConnection(dialect, take), checkfirst=False)
    metadata.create_all(MockConnection(dialect, take), checkfirst=False)


for name in sys.argv[2:]:
    metadata = found(name)
    try:
        describe(name, metadata)
    except BaseException:
        failed(106, name)
finish(0, "".join(one + ";\n\n" for one in statements))
