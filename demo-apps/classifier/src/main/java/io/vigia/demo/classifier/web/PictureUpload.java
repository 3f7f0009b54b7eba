package io.vigia.demo.classifier.web;

import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;

/** Takes the picture out of a multipart request, within a limit of bytes. Thread-safe. */
public final class PictureUpload {
  static final String FIELD = "img";

  /** Room for the other fields and the part's headers. */
  private static final long OVERHEAD_BYTES = 64 * 1024;

  /** Up to here an upload stays in memory, beyond it waits in a temporary file. */
  private static final int IN_MEMORY_BYTES = 512 * 1024;

  /**
   * So many times too large is still read to its end: a client that is cut off while sending often
   * sees a reset connection instead of the answer.
   */
  private static final int MAX_READ_ANYWAY = 4;

  private static final String USAGE = "send it as curl -X POST -F img=@dog.jpg …/predict";

  private final long maxBytes;

  public PictureUpload(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * For the servlet's registration. The part may be as large as the request: a parser that stopped
   * in the middle would leave bytes unread, and the client a reset connection instead of the
   * answer.
   */
  public MultipartConfigElement limits() {
    long most = maxBytes + OVERHEAD_BYTES;
    return new MultipartConfigElement("", most, most, IN_MEMORY_BYTES);
  }

  byte[] read(HttpServletRequest request) throws IOException, RefusedException {
    String type = request.getContentType();
    if (type == null || !type.startsWith("multipart/form-data")) {
      throw new RefusedException(
          415, "not_multipart", "the picture must come as multipart/form-data; " + USAGE);
    }
    long length = request.getContentLengthLong();
    if (length > maxBytes + OVERHEAD_BYTES) {
      if (length <= MAX_READ_ANYWAY * maxBytes) {
        request.getInputStream().skipNBytes(length);
      }
      throw tooLarge();
    }
    Part part = part(request);
    if (part == null) {
      throw new RefusedException(
          400, "missing_field", "the field '" + FIELD + "' is missing; " + USAGE);
    }
    if (part.getSize() > maxBytes) {
      throw tooLarge();
    }
    try (InputStream in = part.getInputStream()) {
      return in.readAllBytes();
    }
  }

  private Part part(HttpServletRequest request) throws RefusedException {
    try {
      return request.getPart(FIELD);
    } catch (ServletException | IOException | RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (isTooLarge(cause)) {
          throw tooLarge();
        }
      }
      throw new RefusedException(
          400, "bad_multipart", "the multipart body cannot be read: " + e.getMessage());
    }
  }

  private static boolean isTooLarge(Throwable cause) {
    if (cause instanceof HttpException http) {
      return http.getCode() == HttpStatus.PAYLOAD_TOO_LARGE_413;
    }
    String message = cause.getMessage();
    return cause instanceof IllegalStateException && message != null && message.contains("max");
  }

  private RefusedException tooLarge() {
    return new RefusedException(
        413, "too_large", "the picture is too big; at most " + maxBytes + " bytes are taken");
  }
}
