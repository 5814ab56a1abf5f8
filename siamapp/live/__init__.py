"""Sources, the two threads between a source and its results, and their states. Knows no screen."""

from __future__ import annotations

import os

import cv2

# OpenCV and its FFmpeg report every lost stream on stderr; the errors here say it in one line.
# Both variables are read when the first capture is opened, which is after this. The second is in
# seconds: the default of 10 would outlast `LiveSession.stop`.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
# A camera's picture is small: handing strips of it to other threads costs more than it saves.
cv2.setNumThreads(1)
