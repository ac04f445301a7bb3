"""onnxruntime, with its telemetry off.

Its wheels report to their maker by default: a device id in the user's cache folder, name look-ups
some seconds after the start. The variable is read when the library is loaded, so that it must be
set before the first import, wherever that happens.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

__all__ = ["onnxruntime", "ort_errors"]
