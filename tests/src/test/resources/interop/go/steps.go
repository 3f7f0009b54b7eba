package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// steps sends spans one by one over gRPC, as it is told on its input:
//
//	send NAME MILLIS   one span with that deadline
//	load NAME          one after the other from each worker, until the end of the input
//
// Prints "connected" and "disconnected" for each connection, "attempt CODE TEXT" for each call that failed, the span (see say) when it was
// acknowledged, and "failed NAME" when the exporter gave up.
func steps(address string, workers int, files []string) {
	options := []otlptracegrpc.Option{
		otlptracegrpc.WithEndpoint(address),
		otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
			Enabled: true, InitialInterval: 100 * time.Millisecond, MaxInterval: time.Second, MaxElapsedTime: time.Minute}),
		otlptracegrpc.WithTimeout(time.Minute),
		otlptracegrpc.WithDialOption(grpc.WithChainUnaryInterceptor(told), grpc.WithStatsHandler(connections{})),
	}
	if len(files) == 0 {
		options = append(options, otlptracegrpc.WithInsecure())
	} else {
		config := trusting(files[0])
		if len(files) > 1 {
			certificate, err := tls.LoadX509KeyPair(files[1], files[2])
			must(err)
			// whatever the server asks for: a wrong one must be shown, too
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certificate, nil }
		}
		options = append(options, otlptracegrpc.WithTLSCredentials(credentials.NewTLS(config)))
	}
	exporter, err := otlptracegrpc.New(context.Background(), options...)
	must(err)
	provider := trace.NewTracerProvider()
	var ended atomic.Bool
	var loaders sync.WaitGroup
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		step := strings.Fields(input.Text())
		switch step[0] {
		case "send":
			limit, err := time.ParseDuration(step[2] + "ms")
			must(err)
			send(exporter, provider, step[1], 0, limit)
		case "load":
			for w := 0; w < workers; w++ {
				loaders.Add(1)
				go func() {
					defer loaders.Done()
					for i := 0; !ended.Load(); i++ {
						send(exporter, provider, fmt.Sprintf("%s-%d-%d", step[1], w, i), i, time.Minute)
					}
				}()
			}
		default:
			panic(step[0])
		}
	}
	ended.Store(true)
	loaders.Wait()
	must(exporter.Shutdown(context.Background()))
}

func send(exporter *otlptrace.Exporter, provider *trace.TracerProvider, name string, n int, limit time.Duration) {
	span := start(provider, name, n)
	span.End()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := exporter.ExportSpans(ctx, []trace.ReadOnlySpan{span}); err != nil {
		fmt.Printf("failed %s %v\n", name, err)
		return
	}
	say(span, n)
}

func told(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, call grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := call(ctx, method, request, reply, connection, options...)
	if err != nil {
		fmt.Printf("attempt %v %q\n", status.Code(err), status.Convert(err).Message())
	}
	return err
}

type connections struct{}

func (connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (connections) HandleRPC(context.Context, stats.RPCStats)                         {}
func (connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (connections) HandleConn(_ context.Context, event stats.ConnStats) {
	switch event.(type) {
	case *stats.ConnBegin:
		fmt.Println("connected")
	case *stats.ConnEnd:
		fmt.Println("disconnected")
	}
}
