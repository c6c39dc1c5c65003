"""The command line, ``skfairbargain``, also ``python -m skfairbargain``."""

from ._cli import app


def main():
    """Run the command line."""
    app(prog_name="skfairbargain")


if __name__ == "__main__":
    main()
