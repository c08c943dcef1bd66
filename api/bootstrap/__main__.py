"""The commands that `make` calls before (or without) an environment: setup, doctor, clean, lock."""

from __future__ import annotations

import argparse
import sys

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Run one command; gives the exit code: 0 done, 1 refused with a sentence, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="python3 -m api.bootstrap")
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="cài đặt những gì còn thiếu · install what is missing")
    setup.add_argument(
        "--dev", action="store_true", help="thêm công cụ kiểm tra · the tools of check and test too"
    )
    setup.add_argument("--browser", action="store_true", help="thêm Chromium · Chromium too")
    commands.add_parser("doctor", help="máy này thiếu gì · what this machine lacks")
    clean = commands.add_parser("clean", help="xoá những gì dựng được lại · delete what can be built again")
    clean.add_argument("--data", action="store_true", help="xoá cả dữ liệu · the data too")
    lock = commands.add_parser("lock", help="chốt lại phiên bản thư viện · resolve the locks again")
    lock.add_argument("--upgrade", action="store_true", help="lấy bản mới nhất · take the newest versions")
    chosen = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(map(str, sys.version_info[:2]))
        _say_error(
            f"Cần Python 3.11 trở lên, máy đang dùng {have}: hãy cài bản mới hoặc đặt PYTHON=/đường/dẫn/python3.",
            f"Python 3.11 or later is needed, this one is {have}: install a newer one or set PYTHON=/path/to/python3.",
        )
        return 1
    # Only now: older versions of Python could not even read these modules.
    from api.bootstrap import chores, environment, inspection
    from api.bootstrap.progress import SetupError

    try:
        if chosen.command == "setup":
            environment.setup(dev=chosen.dev, browser=chosen.browser)
        elif chosen.command == "doctor":
            return inspection.report()
        elif chosen.command == "clean":
            chores.clean(data=chosen.data)
        else:
            chores.lock(upgrade=chosen.upgrade)
    except SetupError as error:
        _say_error(error.vi, error.en)
        return 1
    except KeyboardInterrupt:
        print("\nĐã dừng; lần chạy sau sẽ làm tiếp · interrupted; the next run goes on", file=sys.stderr)
        return 130
    return 0


def _say_error(vi: str, en: str) -> None:
    print(f"✗ {vi}\n  {en}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
