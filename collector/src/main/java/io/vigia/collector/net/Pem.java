package io.vigia.collector.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in PEM. Source: RFC 7468. */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  /** What to sign with, by the algorithm of the key. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private Pem() {}

  /** A chain, the owner's certificate first. */
  static X509Certificate[] certificates(byte[] pem) throws IOException {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (var certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        chain.add((X509Certificate) certificate);
      }
      if (chain.isEmpty()) {
        throw new IOException("no certificate in it");
      }
      return chain.toArray(X509Certificate[]::new);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate: " + e.getMessage(), e);
    }
  }

  /** A PKCS#8 key without a password. */
  static PrivateKey key(byte[] pem) throws IOException {
    Matcher matcher = KEY.matcher(new String(pem, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new IOException("no BEGIN PRIVATE KEY in the key");
    }
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    } catch (IllegalArgumentException e) {
      throw new IOException("the key is not base64", e);
    }
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        // another algorithm's
      }
    }
    throw new IOException("the key is neither EC, RSA nor EdDSA");
  }

  /** Whether the two belong together. */
  static boolean match(PrivateKey key, PublicKey publicKey) {
    String algorithm = SIGNATURES.get(publicKey.getAlgorithm());
    if (algorithm == null) {
      return true; // unknown here; the handshake will show
    }
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(new byte[32]);
      byte[] signature = signer.sign();
      signer.initVerify(publicKey);
      signer.update(new byte[32]);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
