package io.vigia.demo.classifier.web;

import io.prometheus.client.Histogram;
import io.vigia.demo.classifier.model.BadPictureException;
import io.vigia.demo.classifier.model.ImageClassifier;
import io.vigia.demo.classifier.model.PictureReader;
import io.vigia.demo.classifier.model.Prediction;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * {@code POST /predict} with a picture in the multipart field {@code img}. Answers a sentence, or a
 * 4xx that says what to send instead.
 */
public final class PredictServlet extends OneMethodServlet {
  private static final Logger LOG = LogManager.getLogger(PredictServlet.class);
  private static final long MAX_WAIT_SECONDS = 5;

  private final ImageClassifier classifier;
  private final PictureReader reader;
  private final PictureUpload upload;
  private final PredictionMetrics metrics;

  /** A decoded picture takes megabytes; this bounds how many there are at once. */
  private final Semaphore decoding =
      new Semaphore(2 * Runtime.getRuntime().availableProcessors(), true);

  public PredictServlet(
      ImageClassifier classifier,
      PictureReader reader,
      PictureUpload upload,
      PredictionMetrics metrics) {
    super("POST");
    this.classifier = classifier;
    this.reader = reader;
    this.upload = upload;
    this.metrics = metrics;
  }

  @Override
  void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      byte[] bytes = upload.read(request);
      if (!acquire()) {
        metrics.refused("busy");
        LOG.warn("picture refused: too many at once");
        response.setHeader("Retry-After", "1");
        Answers.text(response, 503, "too many pictures at once; try again in a second\n");
        return;
      }
      try {
        Answers.text(response, 200, classify(bytes).sentence());
      } finally {
        decoding.release();
      }
    } catch (RefusedException e) {
      refuse(response, e.status(), e.reason(), e.text());
    } catch (BadPictureException e) {
      String reason = e.reason().name().toLowerCase(Locale.ROOT);
      refuse(response, status(e.reason()), reason, String.valueOf(e.getMessage()));
    }
  }

  private Prediction classify(byte[] bytes) throws BadPictureException {
    BufferedImage picture = reader.read(bytes);
    Histogram.Timer timer = metrics.startInference();
    Prediction prediction = classifier.classify(picture);
    double seconds = timer.observeDuration();
    metrics.predicted(prediction.label(), bytes.length);
    LOG.info(
        "predicted {} with {} from {} bytes, {}x{} pixels, in {} ms",
        prediction.label(),
        String.format(Locale.ROOT, "%.3f", prediction.probability()),
        bytes.length,
        picture.getWidth(),
        picture.getHeight(),
        String.format(Locale.ROOT, "%.1f", seconds * 1000));
    return prediction;
  }

  private boolean acquire() {
    try {
      return decoding.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void refuse(HttpServletResponse response, int status, String reason, String text)
      throws IOException {
    metrics.refused(reason);
    LOG.warn("picture refused ({}): {}", reason, text);
    Answers.text(response, status, text + "\n");
  }

  private static int status(BadPictureException.Reason reason) {
    return switch (reason) {
      case EMPTY, DAMAGED -> 400;
      case NO_PICTURE -> 415;
      case TOO_MANY_PIXELS -> 413;
    };
  }
}
