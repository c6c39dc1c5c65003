"""``python -m experiments``."""

from skfairbargain._cli._errors import one_sentence_errors

from .cli import app

if __name__ == "__main__":
    with one_sentence_errors():
        app(prog_name="python -m experiments")
