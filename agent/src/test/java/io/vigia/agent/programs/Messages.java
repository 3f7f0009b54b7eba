package io.vigia.agent.programs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's clients: one message sent inside a request, and worked on. */
final class Messages {

  /**
   * @param broker {@code host:port}
   */
  static void use(String broker, String topic) throws Exception {
    // neither client is closed: their metrics would end with them, before the last export
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker), new StringSerializer(), new StringSerializer());
    InRequest.run(
        () -> {
          Future<?> sent = producer.send(new ProducerRecord<>(topic, "7", "book"));
          System.out.println("sent before the answer: " + !sent.isDone());
        });
    producer.flush();
    TopicPartition partition = new TopicPartition(topic, 0);
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker, "enable.auto.commit", "false"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    for (int left = 1; left > 0; ) {
      ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(1));
      for (ConsumerRecord<String, String> record : records) {
        Databases.ask("SELECT 5 AS " + record.value());
        left--;
      }
    }
  }

  private Messages() {}
}
