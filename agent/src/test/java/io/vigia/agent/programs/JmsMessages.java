package io.vigia.agent.programs;

import java.util.concurrent.CountDownLatch;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Queue;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;

/** JMS with ActiveMQ's broker in the same process: one message received, one listened for. */
final class JmsMessages {

  static void use() throws Exception {
    ActiveMQConnectionFactory factory =
        new ActiveMQConnectionFactory("vm://local?broker.persistent=false&broker.useJmx=false");
    Connection connection = factory.createConnection();
    connection.start();
    CountDownLatch heard = new CountDownLatch(1);
    Session listening = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    listening
        .createConsumer(listening.createQueue("listened"))
        .setMessageListener(
            message -> {
              Databases.ask("SELECT 1 AS jms");
              heard.countDown();
            });
    InRequest.run(() -> HttpClients.done(() -> send(connection)));
    heard.await();
    connection.close();
  }

  private static void send(Connection connection) throws JMSException {
    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    Queue asked = session.createQueue("asked");
    session.createProducer(asked).send(session.createTextMessage("book"));
    session.createConsumer(asked).receive(60_000);
    session.createProducer(session.createQueue("listened")).send(session.createTextMessage("book"));
    session.close();
  }

  private JmsMessages() {}
}
