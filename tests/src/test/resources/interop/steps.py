"""Sends spans one by one over gRPC with the OpenTelemetry SDK, as it is told on its input: steps.py ADDRESS WORKERS [CA [CERT KEY]]

send NAME MILLIS   one span with that deadline
load NAME          one after the other from each worker, until the end of the input

Prints "connected" and "disconnected" for each connection, "attempt CODE TEXT" for each call that failed, the span's name and ids as a JSON
object when it was acknowledged, and "failed NAME" when the exporter gave up.
"""
import json
import logging
import sys
import threading

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

address, workers, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
logging.basicConfig(stream=sys.stdout)
tracer = TracerProvider().get_tracer("interop")


def say(line):
    sys.stdout.write(line + "\n")  # at once, so that lines of two threads do not mix
    sys.stdout.flush()


class Told(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        call = continuation(details, request)
        if call.code() != grpc.StatusCode.OK:
            say(f"attempt {call.code().name} {call.details()!r}")
        return call


def connectivity(state):
    global connected
    now = state is grpc.ChannelConnectivity.READY
    if now != connected:
        connected = now
        say("connected" if now else "disconnected")


def exporter():
    read = [open(file, "rb").read() for file in files]
    credentials = None
    if read:
        credentials = grpc.ssl_channel_credentials(read[0], *(reversed(read[1:])))
    # unless told otherwise it waits ever longer to connect again, up to two minutes
    again = (("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 1000))
    made = OTLPSpanExporter(endpoint=("https://" if files else "http://") + address, insecure=not files,
                            credentials=credentials, timeout=60, channel_options=again)
    made._client = made._stub(grpc.intercept_channel(made._channel, Told()))
    made._channel.subscribe(connectivity)
    return made


def send(exporter, name, n):
    attributes = {"interop.n": n, "interop.ratio": n + 0.5, "interop.even": n % 2 == 0, "interop.text": f"ünï {n}"}
    span = tracer.start_span(name, attributes=attributes)
    span.end()
    if exporter.export([span]) is SpanExportResult.SUCCESS:
        ids = span.get_span_context()
        say(json.dumps({"name": name, "n": n, "trace": f"{ids.trace_id:032x}", "span": f"{ids.span_id:016x}"}))
    else:
        say(f"failed {name}")


def load(exporter, prefix):
    n = 0
    while not ended.is_set():
        send(exporter, f"{prefix}-{n}", n)
        n += 1


connected = False
shared = exporter()
ended = threading.Event()
loaders = []
for line in sys.stdin:
    step = line.split()
    if step[0] == "send":
        shared._timeout = int(step[2]) / 1000
        send(shared, step[1], 0)
    elif step[0] == "load":
        loaders += [threading.Thread(target=load, args=(shared, f"{step[1]}-{w}")) for w in range(workers)]
        [each.start() for each in loaders]
    else:
        sys.exit(f"unknown step {line}")
ended.set()
[each.join() for each in loaders]
shared.shutdown()
