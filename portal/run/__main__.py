"""The command line of `python3 -m portal.run`; the Makefile is its usual caller."""

import argparse
import sys

from portal.run import environment, totp, venv
from portal.run.commands import StopFlag
from portal.run.errors import RunError, Stopped
from portal.run.execute import execute
from portal.run.home import open_home
from portal.run.serve import serve
from portal.run.suite import GROUPS, run_suite
from portal.run.terminal import say, warn
from portal.run.venv import Venv


def main() -> int:
    options = _parser().parse_args()
    stop = StopFlag()
    stop.install()
    try:
        return _dispatch(options, stop)
    except Stopped:
        warn("Stopped.")
        return 130
    except RunError as error:
        warn(f"\n{error}")
        return 1


def _dispatch(options: argparse.Namespace, stop: StopFlag) -> int:
    if options.action == "serve":
        return serve(stop)
    if options.action == "test":
        return run_suite(options.groups, options.pytest, stop, whole=options.whole)
    if options.action == "exec":
        return execute(options.command, dev=options.dev, database=options.database, stop=stop)
    if options.action == "code":
        home = open_home(environment.home_path(environment.own_settings()))
        say(totp.code(home.secret("staff_totp")))
        return 0
    packages = Venv()
    venv.ensure(packages, dev=options.dev, stop=stop)
    venv.ensure_uv(packages, stop)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m portal.run", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("serve", help="everything the portal needs, until Ctrl-C")
    actions.add_parser("code", help="the staff sign-in's six digits of this moment")
    install = actions.add_parser("install", help="makes .venv and nothing else")
    install.add_argument("--dev", action="store_true", help="with the tools for tests and checks")
    test = actions.add_parser("test", help="groups of the test suite on a database that is thrown away")
    names = ", ".join(group.name for group in GROUPS)
    test.add_argument("groups", nargs="*", help=f"some of {names}; default all")
    test.add_argument("--whole", action="store_true", help="all fuzzed cases and all faults, not a fixed few")
    test.add_argument("--pytest", action="append", default=[], help="one more argument for pytest")
    run = actions.add_parser("exec", help="one command with .venv and a database")
    run.add_argument("--dev", action="store_true", help="with the tools for tests and checks")
    run.add_argument(
        "--database",
        choices=("home", "throwaway", "durable", "none"),
        default="home",
        help="this home's; a new one, thrown away; the same with safe writes; none",
    )
    run.add_argument("command", nargs="+", help="after --")
    return parser


if __name__ == "__main__":
    sys.exit(main())
