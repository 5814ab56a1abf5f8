"""Runs before a frozen app: of the package `onnx` only the messages that a model's file is made of.

The app reads a stranger's graph with them and nothing else of it; its checker, its operators and
what they bring along are 9 MB.
"""

import importlib
import sys
import types
from pathlib import Path


def load(name: str) -> object:
    """`onnx.ModelProto` and the like, when first asked for (PEP 562)."""
    if name.startswith("__"):
        raise AttributeError(name)
    messages = importlib.import_module("onnx.onnx_ml_pb2")
    if name == "load_model_from_string":
        return messages.ModelProto.FromString
    return getattr(messages, name)


package = types.ModuleType("onnx")
package.__path__ = [str(Path(sys._MEIPASS) / "onnx")]
package.__getattr__ = load
sys.modules["onnx"] = package
