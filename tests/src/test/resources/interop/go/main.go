// Sends with the clients that Go programs use: fluent-logger-golang and the OpenTelemetry SDK.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/fluent/fluent-logger-golang/fluent"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc/credentials"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "probe" {
		return
	}
	kind, address := os.Args[1], os.Args[2]
	count, err := strconv.Atoi(os.Args[3])
	must(err)
	ca := ""
	if len(os.Args) > 4 {
		ca = os.Args[4]
	}
	switch kind {
	case "steps":
		steps(address, count, os.Args[4:])
	case "fluent":
		logs(address, count)
	case "grpc", "http":
		spans(kind, address, count, ca)
	case "metrics":
		points(address, count)
	default:
		panic("unknown kind " + kind)
	}
}

func logs(port string, count int) {
	number, err := strconv.Atoi(port)
	must(err)
	logger, err := fluent.New(fluent.Config{FluentHost: "127.0.0.1", FluentPort: number, RequestAck: true, SubSecondPrecision: true})
	must(err)
	for i := 0; i < count; i++ {
		must(logger.PostWithTime("go", time.Now(), map[string]string{"message": fmt.Sprintf("fluent-logger-go %d", i)}))
	}
	must(logger.Close())
}

func spans(kind, address string, count int, ca string) {
	ctx := context.Background()
	var exporter trace.SpanExporter
	var err error
	if kind == "grpc" {
		options := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(address), otlptracegrpc.WithCompressor("gzip")}
		if ca == "" {
			options = append(options, otlptracegrpc.WithInsecure())
		} else {
			options = append(options, otlptracegrpc.WithTLSCredentials(credentials.NewTLS(trusting(ca))))
		}
		exporter, err = otlptracegrpc.New(ctx, options...)
	} else {
		options := []otlptracehttp.Option{otlptracehttp.WithEndpoint(address), otlptracehttp.WithCompression(otlptracehttp.GzipCompression)}
		if ca == "" {
			options = append(options, otlptracehttp.WithInsecure())
		} else {
			options = append(options, otlptracehttp.WithTLSClientConfig(trusting(ca)))
		}
		exporter, err = otlptracehttp.New(ctx, options...)
	}
	must(err)
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter, trace.WithMaxExportBatchSize(50)))
	scheme := "http"
	if ca != "" {
		scheme = "https"
	}
	for i := 0; i < count; i++ {
		span := start(provider, fmt.Sprintf("go %s %s %d", kind, scheme, i), i)
		span.End()
		say(span, i)
	}
	must(provider.Shutdown(ctx))
}

// start begins a span with attributes of each kind, made of n.
func start(provider *trace.TracerProvider, name string, n int) trace.ReadWriteSpan {
	_, span := provider.Tracer("go").Start(context.Background(), name)
	span.SetAttributes(
		attribute.Int("interop.n", n),
		attribute.Float64("interop.ratio", float64(n)+0.5),
		attribute.Bool("interop.even", n%2 == 0),
		attribute.String("interop.text", fmt.Sprintf("ünï %d", n)))
	return span.(trace.ReadWriteSpan)
}

// say prints a span's name and ids, one JSON object a line.
func say(span trace.ReadOnlySpan, n int) {
	ids := span.SpanContext()
	fmt.Printf("{\"name\": %q, \"n\": %d, \"trace\": %q, \"span\": %q}\n", span.Name(), n, ids.TraceID(), ids.SpanID())
}

func points(address string, count int) {
	ctx := context.Background()
	exporter, err := otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpoint(address), otlpmetricgrpc.WithInsecure())
	must(err)
	provider := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(exporter, metric.WithInterval(time.Hour))))
	for i := 0; i < count; i++ {
		counter, err := provider.Meter("go").Int64Counter(fmt.Sprintf("go.counter.%d", i))
		must(err)
		counter.Add(ctx, 1)
	}
	must(provider.Shutdown(ctx))
}

func trusting(ca string) *tls.Config {
	pem, err := os.ReadFile(ca)
	must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
