package io.vigia.demo.classifier;

import io.prometheus.client.CollectorRegistry;
import io.vigia.demo.classifier.model.ImageClassifier;
import io.vigia.demo.classifier.model.PictureReader;
import io.vigia.demo.classifier.web.PictureUpload;
import io.vigia.demo.classifier.web.PlainErrorHandler;
import io.vigia.demo.classifier.web.PredictServlet;
import io.vigia.demo.classifier.web.PredictionMetrics;
import io.vigia.demo.classifier.web.SampleServlet;
import io.vigia.demo.classifier.web.TextServlet;
import java.io.IOException;
import java.net.URI;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The running service: one Jetty with a few servlets around one model. {@link #start} listens,
 * {@link #close} answers what is in flight and closes the model.
 */
public final class Service implements AutoCloseable {
  private static final int MAX_THREADS = 64;
  private static final long IDLE_TIMEOUT_MILLIS = 30_000;
  private static final long STOP_TIMEOUT_MILLIS = 5_000;

  /** A sender slower than this is cut off, so that slow uploads cannot hold every thread. */
  private static final long MIN_UPLOAD_BYTES_PER_SECOND = 512;

  private static final String USAGE =
      """
      An image classifier. Send it a picture:
        curl -X POST -F img=@dog.jpg http://(this address)/predict
      No picture at hand? It draws some:
        curl -o dog.jpg http://(this address)/samples/dog.jpg
      """;

  private final ImageClassifier classifier;
  private final Server server;
  private final ServerConnector connector;

  /**
   * Listens nowhere yet.
   *
   * @param classifier owned by the service from now on
   * @param port 0 for a free one
   */
  public Service(
      ImageClassifier classifier,
      CollectorRegistry registry,
      String host,
      int port,
      Limits limits) {
    this.classifier = classifier;
    server = new Server(new QueuedThreadPool(MAX_THREADS));
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
    server.addConnector(connector);
    server.setStopTimeout(STOP_TIMEOUT_MILLIS);
    server.setErrorHandler(new PlainErrorHandler());

    ServletContextHandler context = new ServletContextHandler();
    context.setErrorHandler(new PlainErrorHandler());
    PictureUpload upload = new PictureUpload(limits.maxBytes());
    PredictServlet predict =
        new PredictServlet(
            classifier,
            new PictureReader(limits.maxPixels()),
            upload,
            new PredictionMetrics(registry, classifier.labels()));
    ServletHolder holder = new ServletHolder("predict", predict);
    holder.getRegistration().setMultipartConfig(upload.limits());
    context.addServlet(holder, "/predict");
    context.addServlet(new ServletHolder("samples", new SampleServlet()), "/samples/*");
    context.addServlet(new ServletHolder("health", new TextServlet(200, "ok\n")), "/healthz");
    context.addServlet(new ServletHolder("usage", new TextServlet(200, USAGE)), "");
    context.addServlet(
        new ServletHolder("unknown", new TextServlet(404, "not here; try /predict\n")), "/");
    server.setHandler(new MinimumDataRateHandler(context, MIN_UPLOAD_BYTES_PER_SECOND, 0));
  }

  /**
   * What a sender may send.
   *
   * @param maxBytes size of one picture's file
   * @param maxPixels width × height of one picture
   */
  public record Limits(long maxBytes, long maxPixels) {
    public static final Limits DEFAULT = new Limits(10_000_000, 50_000_000);
  }

  /** Listens when it returns. */
  public void start() throws IOException {
    try {
      server.start();
    } catch (Exception e) { // Jetty declares no less
      close();
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  /** Where it listens, with the real port. */
  public URI address() {
    return URI.create("http://" + connector.getHost() + ":" + connector.getLocalPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) { // Jetty declares no less
      throw new IllegalStateException("the HTTP server did not stop", e);
    } finally {
      classifier.close();
    }
  }
}
