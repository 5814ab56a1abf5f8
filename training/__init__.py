"""Training: `python -m training VERB`."""

import siamapp  # noqa: F401 - switches onnxruntime's telemetry off before anything loads it
