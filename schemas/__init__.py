"""JSON Schemas of requests, objects, notifications and driver messages, and what they say of an instance.

The schemas are files, so that other languages can use them; `load` reads one, `is_valid` judges fast and
`violations` explains. This package imports nothing of ours, and no validator before one is needed.
"""

if __name__ != "amazonpay_conformance.schemas":  # the folder's name, when the repo root is on sys.path
    raise ImportError(
        f"this package is installed as 'amazonpay_conformance.schemas', not imported as {__name__!r}: "
        "run 'pip install -e .' and import amazonpay_conformance.schemas"
    )

from .loader import Violation, is_valid, load, names, violations

__all__ = ["Violation", "is_valid", "load", "names", "violations"]
