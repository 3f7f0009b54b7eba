package io.vigia.demo.guestbook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.client.CollectorRegistry;
import java.time.Clock;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Wires the guestbook. */
@SpringBootApplication(proxyBeanMethods = false)
class GuestbookApplication {
  @Bean
  Settings settings(Environment environment) {
    return Settings.from(environment::getProperty);
  }

  @Bean
  BusinessMetrics businessMetrics() {
    return new BusinessMetrics(CollectorRegistry.defaultRegistry);
  }

  @Bean
  RedisNodes redisNodes(Settings settings) {
    return new RedisNodes(settings.primary(), settings.replicas());
  }

  @Bean
  EntryStore entryStore(RedisNodes nodes, ObjectMapper json) {
    return new EntryStore(nodes, json);
  }

  @Bean
  ClassifierClient classifierClient(Settings settings) {
    return new ClassifierClient(settings.classifier(), settings.classifierTimeout());
  }

  @Bean
  Guestbook guestbook(EntryStore store, ClassifierClient classifier, BusinessMetrics metrics) {
    return new Guestbook(store, classifier, metrics, Clock.systemUTC());
  }

  /** An entry may contain a slash: {@code /rpush/guestbook/and%2For}. */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> slashesInEntries() {
    String passThrough = EncodedSolidusHandling.PASS_THROUGH.getValue();
    return factory ->
        factory.addConnectorCustomizers(
            connector -> connector.setEncodedSolidusHandling(passThrough));
  }
}
