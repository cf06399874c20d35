"""The command `tutela`: puts the commands together and turns every failure into one line and an exit code."""

from __future__ import annotations

import os
import sys

import typer
from typer.exceptions import Abort, TyperException

from tutela.cli import (
    audit,
    backups,
    basemap,
    closing,
    demo,
    events,
    fetch,
    inspect,
    mapping,
    outlook,
    places,
    presence,
    reach,
    reach_table,
    register,
    releases,
    scenario,
    serve,
    statement,
    trace,
    vicinity,
    work,
)
from tutela.cli.speaking import print_problem
from tutela.kernel.problems import Problem

app = typer.Typer(
    name="tutela",
    help="How a UN presence protects civilians, who was targeted near it, and what nobody knows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
events.app.command("compare")(releases.compare)
events.app.command("fetch")(fetch.fetch)
events.app.command("map")(mapping.map_)
events.app.command("suggest")(mapping.suggest)
events.app.command("undo")(mapping.undo)
presence.app.command("import")(register.import_)
audit.register_app.command("close-site")(closing.close_site)
audit.register_app.command("recovery-key")(closing.recovery_key)
audit.register_app.command("key")(backups.backup_key)
app.add_typer(audit.app, name="audit")
app.add_typer(audit.register_app, name="register")
app.add_typer(basemap.app, name="basemap")
app.add_typer(events.app, name="events")
app.add_typer(outlook.app, name="outlook")
app.add_typer(places.app, name="places")
app.add_typer(presence.app, name="presence")
app.add_typer(reach.app, name="surface")
app.add_typer(scenario.app, name="scenario")
app.add_typer(statement.app, name="statement")
app.command("demo")(demo.demo)
app.command("inspect")(inspect.inspect)
app.command("vicinity")(vicinity.vicinity)
app.command("reach")(reach.reach)
app.command("reach-table")(reach_table.reach_table)
app.command("trace")(trace.trace)
app.command("serve")(serve.serve)
app.command("routes")(serve.routes)
app.command("doctor")(serve.doctor)
app.command("work")(work.work)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 on success, 2 on bad input, the problem's own code otherwise."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    as_json = "--json" in arguments
    try:
        result = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except Problem as problem:
        print_problem(problem, as_json=as_json)
        return problem.kind.exit_code
    except TyperException as error:
        return _refuse_usage(error, as_json=as_json)
    except (Abort, KeyboardInterrupt):
        print("\nStopped; nothing half-written is left.", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough; a second error at exit would only confuse.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def _refuse_usage(error: TyperException, *, as_json: bool) -> int:
    message = error.format_message().strip()
    if not message:  # help was shown instead
        return error.exit_code
    problem = Problem("option-invalid", message, remedy="See tutela --help, or the same command with --help.")
    print_problem(problem, as_json=as_json)
    return problem.kind.exit_code
