"""``python -m experiments``."""

import sys


def main():
    """Run a command; an error that a user can correct is one sentence."""
    try:
        # Here, so that a missing package is named, and before anything is trained.
        from .commands import app

        app(prog_name="python -m experiments")
    except ModuleNotFoundError as error:
        package = error.name.partition(".")[0]
        _refuse(
            f"{package} is needed here and is not installed. Run: "
            'pip install -c constraints.txt ".[experiments]"'
        )
    except (ValueError, ImportError, OSError) as error:
        _refuse(" ".join(str(error).split()))


def _refuse(sentence):
    print(f"Error: {sentence}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
