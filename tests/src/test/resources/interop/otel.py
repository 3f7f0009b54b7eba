"""Sends spans and logs with the OpenTelemetry SDK: otel.py grpc|http ADDRESS COUNT [CA]

Prints of each span its name and ids, one JSON object a line; its log has the name as body, and the same ids and attributes.
"""
import json
import logging
import os
import sys

if len(sys.argv) > 4:  # some versions of the HTTP exporter look at these only
    for name in ("OTEL_EXPORTER_OTLP_CERTIFICATE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        os.environ[name] = sys.argv[4]

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

kind, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ca = sys.argv[4] if len(sys.argv) > 4 else None
scheme = "https" if ca else "http"
if kind == "grpc":
    import grpc
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    credentials = grpc.ssl_channel_credentials(open(ca, "rb").read()) if ca else None
    options = dict(endpoint=f"{scheme}://{address}", insecure=ca is None, credentials=credentials,
                   compression=grpc.Compression.Gzip)
    spans, logs = OTLPSpanExporter(**options), OTLPLogExporter(**options)
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    spans = OTLPSpanExporter(endpoint=f"{scheme}://{address}/v1/traces", certificate_file=ca)
    logs = OTLPLogExporter(endpoint=f"{scheme}://{address}/v1/logs", certificate_file=ca)

tracing = TracerProvider()
tracing.add_span_processor(BatchSpanProcessor(spans))
logging_provider = LoggerProvider()
logging_provider.add_log_record_processor(BatchLogRecordProcessor(logs))
logger = logging.getLogger("interop")
logger.setLevel(logging.INFO)
logger.addHandler(LoggingHandler(logger_provider=logging_provider))
tracer = tracing.get_tracer("interop")
for i in range(count):
    name = f"python {kind} {scheme} {i}"
    attributes = {"interop.n": i, "interop.ratio": i + 0.5, "interop.even": i % 2 == 0, "interop.text": f"ünï {i}"}
    with tracer.start_as_current_span(name, attributes=attributes) as span:
        logger.info(name, extra=attributes)
        context = span.get_span_context()
        print(json.dumps({"name": name, "n": i, "trace": f"{context.trace_id:032x}", "span": f"{context.span_id:016x}"}))
tracing.shutdown()
logging_provider.shutdown()
