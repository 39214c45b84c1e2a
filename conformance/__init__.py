"""A property-based conformance test kit for the Amazon Pay API v2 (Checkout v2)."""

if __name__ != "amazonpay_conformance":  # the checkout's folder name, when the repo root is on sys.path
    raise ImportError(
        f"this package is installed as 'amazonpay_conformance', not imported as {__name__!r}: "
        "run 'pip install -e .' and import amazonpay_conformance"
    )
