package io.vigia.demo.guestbook;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What goes wrong, as a status and {@code {"error": "..."}}; one log line each, with no stack of
 * ours in the answer.
 */
@RestControllerAdvice
class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final BusinessMetrics metrics;

  Failures(BusinessMetrics metrics) {
    this.metrics = metrics;
  }

  @ExceptionHandler
  ResponseEntity<Map<String, String>> refused(RefusedException e, HttpServletRequest request) {
    return refuse(e.status(), String.valueOf(e.getMessage()), request);
  }

  @ExceptionHandler
  ResponseEntity<Map<String, String>> tooLarge(
      MaxUploadSizeExceededException e, HttpServletRequest request) {
    return refuse(413, "a picture may have " + Guestbook.MAX_PICTURE_BYTES + " bytes", request);
  }

  @ExceptionHandler({MultipartException.class, MethodArgumentTypeMismatchException.class})
  ResponseEntity<Map<String, String>> malformed(Exception e, HttpServletRequest request) {
    return refuse(400, "the request could not be read", request);
  }

  @ExceptionHandler
  ResponseEntity<Map<String, String>> redisDown(JedisException e, HttpServletRequest request) {
    log.error("redis failed for {} {}", request.getMethod(), request.getRequestURI(), e);
    return json(503)
        .header(HttpHeaders.RETRY_AFTER, "2")
        .body(Map.of("error", "the guestbook's memory cannot be reached; try again in a moment"));
  }

  @ExceptionHandler
  ResponseEntity<Map<String, String>> other(Exception e, HttpServletRequest request) {
    if (e instanceof ErrorResponse known) {
      int status = known.getStatusCode().value();
      return refuse(status, String.valueOf(known.getBody().getDetail()), request);
    }
    log.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
    return json(500).body(Map.of("error", "something broke; the log says what"));
  }

  private ResponseEntity<Map<String, String>> refuse(
      int status, String why, HttpServletRequest request) {
    metrics.refused(status);
    log.warn(
        "{} {} refused with {}: {}", request.getMethod(), request.getRequestURI(), status, why);
    return json(status).body(Map.of("error", why));
  }

  /** Whatever the visitor would rather have, an image for instance. */
  private static ResponseEntity.BodyBuilder json(int status) {
    return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON);
  }
}
