"""SiamApp: offline face verification and identification with a Siamese embedder trained here."""

import os

__version__ = "0.1.0"

# Before anything imports onnxruntime: from 1.29 on its builds gather events about models, device
# and program, keep them with a device id in the user's folder and send them to its maker, unless
# this is set when it is loaded (its Privacy.md; microsoft/onnxruntime pull request 29843).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
