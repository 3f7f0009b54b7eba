package io.vigia.demo.classifier.web;

import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.PictureFile;
import io.vigia.demo.classifier.draw.Thing;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /samples/dog.jpg?seed=7&size=256}: a drawn picture to send back to {@code /predict}.
 * Without a seed every answer is another picture.
 */
public final class SampleServlet extends OneMethodServlet {
  private static final int DEFAULT_SIZE = 256;

  public SampleServlet() {
    super("GET");
  }

  @Override
  void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      String path = request.getPathInfo();
      String file = path == null ? "" : path.substring(1);
      int dot = file.lastIndexOf('.');
      String extension = file.substring(dot + 1);
      Optional<Thing> thing = dot < 0 ? Optional.empty() : Thing.ofLabel(file.substring(0, dot));
      if (thing.isEmpty() || !PictureFile.EXTENSIONS.contains(extension)) {
        Answers.text(response, 404, "try /samples/dog.jpg; there are " + Thing.labels() + "\n");
        return;
      }
      long seed = number(request.getParameter("seed"), ThreadLocalRandom.current().nextInt());
      int size = Math.toIntExact(number(request.getParameter("size"), DEFAULT_SIZE));
      byte[] picture = PictureFile.encode(Artist.draw(thing.get(), seed, size), extension);
      String type = extension.equals("png") ? "image/png" : "image/jpeg";
      Answers.bytes(response, 200, type, picture);
    } catch (IllegalArgumentException | ArithmeticException e) {
      Answers.text(
          response,
          400,
          "seed is a whole number, size is " + Artist.MIN_SIZE + " to " + Artist.MAX_SIZE + "\n");
    }
  }

  private static long number(@Nullable String text, long fallback) {
    return text == null ? fallback : Long.parseLong(text);
  }
}
