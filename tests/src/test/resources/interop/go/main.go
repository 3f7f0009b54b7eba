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
	tracer := provider.Tracer("go")
	for i := 0; i < count; i++ {
		_, span := tracer.Start(ctx, fmt.Sprintf("go %d", i))
		span.End()
	}
	must(provider.Shutdown(ctx))
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
