package io.vigia.demo.guestbook;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The kinds of picture a visitor may leave, known by their first bytes and never by what the
 * visitor calls them.
 */
enum ImageType {
  PNG("image/png", 0, "\u0089PNG\r\n\u001a\n"),
  JPEG("image/jpeg", 0, "\u00ff\u00d8\u00ff"),
  GIF("image/gif", 0, "GIF8"),
  BMP("image/bmp", 0, "BM"),
  WEBP("image/webp", 8, "WEBP");

  private final String mediaType;
  private final int offset;
  private final String magic;

  ImageType(String mediaType, int offset, String magic) {
    this.mediaType = mediaType;
    this.offset = offset;
    this.magic = magic;
  }

  String mediaType() {
    return mediaType;
  }

  /** The type of these bytes, or empty when they are no picture we know. */
  static Optional<ImageType> of(byte[] bytes) {
    for (ImageType type : values()) {
      if (type.matches(bytes)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private boolean matches(byte[] bytes) {
    int length = Math.min(magic.length(), Math.max(0, bytes.length - offset));
    return new String(bytes, Math.min(offset, bytes.length), length, StandardCharsets.ISO_8859_1)
        .equals(magic);
  }
}
