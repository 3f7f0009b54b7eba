// Sends spans with the OpenTelemetry SDK: otel.js grpc|http ADDRESS COUNT
// Prints of each its name and ids, one JSON object a line.
const [kind, address, count] = process.argv.slice(2);
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { OTLPTraceExporter } = require(
  kind === 'grpc' ? '@opentelemetry/exporter-trace-otlp-grpc' : '@opentelemetry/exporter-trace-otlp-proto');
const exporter = new OTLPTraceExporter({ url: `http://${address}` + (kind === 'grpc' ? '' : '/v1/traces') });
const processor = new BatchSpanProcessor(exporter);
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer('interop');
for (let i = 0; i < Number(count); i++) {
  const name = `node ${kind} ${i}`;
  const attributes = { 'interop.n': i, 'interop.ratio': i + 0.5, 'interop.even': i % 2 === 0, 'interop.text': `ünï ${i}` };
  const span = tracer.startSpan(name, { attributes });
  const { traceId, spanId } = span.spanContext();
  console.log(JSON.stringify({ name, n: i, trace: traceId, span: spanId }));
  span.end();
}
processor.shutdown().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
