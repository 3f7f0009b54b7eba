"""Sends events with fluent-logger: fluent_logger.py PORT COUNT"""
import sys

from fluent import sender

logger = sender.FluentSender("interop", port=int(sys.argv[1]), nanosecond_precision=True)
for i in range(int(sys.argv[2])):
    if not logger.emit("python", {"message": f"fluent-logger-python {i}", "n": i, "deep": {"a": [1, 2.5, None]}}):
        sys.exit(str(logger.last_error))
logger.close()
