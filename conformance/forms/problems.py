"""Why a counterexample cannot be printed in a form."""


class CannotPrint(Exception):
    """The form cannot say this; the message says why, in one line."""
