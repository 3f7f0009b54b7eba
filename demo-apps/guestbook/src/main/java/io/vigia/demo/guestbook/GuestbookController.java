package io.vigia.demo.guestbook;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/**
 * The visitors' HTTP: the classic two paths with lines of text, and the page's own with entries as
 * JSON.
 */
@RestController
class GuestbookController {
  private static final int LINES = 100;

  private final Guestbook guestbook;

  GuestbookController(Guestbook guestbook) {
    this.guestbook = guestbook;
  }

  /** The newest hundred entries as an array of lines, oldest first. */
  @GetMapping("/lrange/{key}")
  List<String> lrange(@PathVariable String key) {
    requireGuestbook(key);
    return guestbook.newest(LINES).stream().map(Entry::asLine).toList();
  }

  /** Writes a line, and answers as {@link #lrange} does. */
  @RequestMapping(
      path = "/rpush/{key}/{value}",
      method = {RequestMethod.GET, RequestMethod.POST})
  List<String> rpush(@PathVariable String key, @PathVariable String value) {
    requireGuestbook(key);
    guestbook.post(value, null);
    return lrange(key);
  }

  /** The newest entries, oldest first; {@code n} from 1 to 1,000. */
  @GetMapping("/entries")
  List<Entry> entries(@RequestParam(defaultValue = "50") int n) {
    return guestbook.newest(n);
  }

  /** A form with {@code text}, {@code picture} (a file), or both. */
  @PostMapping("/entries")
  @ResponseStatus(HttpStatus.CREATED)
  Entry post(
      @RequestParam(defaultValue = "") String text,
      @RequestParam(required = false) @Nullable MultipartFile picture)
      throws IOException {
    return guestbook.post(text, picture == null ? null : picture.getBytes());
  }

  @GetMapping("/pictures/{id}")
  ResponseEntity<byte[]> picture(@PathVariable long id) {
    Optional<byte[]> image = guestbook.picture(id);
    // what cannot be named is not sent: a browser must never guess
    Optional<ImageType> type = image.flatMap(ImageType::of);
    if (image.isEmpty() || type.isEmpty()) {
      throw new RefusedException(404, "no picture " + id + "; they are kept for ten minutes");
    }
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType(type.get().mediaType()))
        .cacheControl(CacheControl.maxAge(java.time.Duration.ofMinutes(10)))
        .body(image.get());
  }

  private static void requireGuestbook(String key) {
    if (!key.equals(EntryStore.KEY)) {
      throw new RefusedException(404, "the only list here is '" + EntryStore.KEY + "'");
    }
  }
}
