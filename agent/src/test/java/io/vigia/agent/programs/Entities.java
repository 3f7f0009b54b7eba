package io.vigia.agent.programs;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.cfg.Configuration;

/** Hibernate, over a pool of HikariCP that stays open, so that its metrics are exported. */
final class Entities {

  /** A row. */
  @Entity(name = "Book")
  public static class Book {
    @Id long id = 7;
    String title = "first";

    /** Of Hibernate. */
    public Book() {}
  }

  static void use() throws Exception {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl("jdbc:h2:mem:books;DB_CLOSE_DELAY=-1");
    pool.setPoolName("books");
    pool.setMaximumPoolSize(1);
    HikariDataSource source = new HikariDataSource(pool);
    Configuration configuration = new Configuration().addAnnotatedClass(Book.class);
    configuration.setProperty("hibernate.hbm2ddl.auto", "create");
    try (SessionFactory factory =
        configuration.buildSessionFactory(
            new StandardServiceRegistryBuilder()
                .applySettings(configuration.getProperties())
                .applySetting("hibernate.connection.datasource", source)
                .build())) {
      InRequest.run(() -> work(factory));
    }
  }

  private static void work(SessionFactory factory) {
    try (Session session = factory.openSession()) {
      Transaction transaction = session.beginTransaction();
      session.persist(new Book());
      transaction.commit();
    }
    try (Session session = factory.openSession()) {
      session.createQuery("from Book where id = 7", Book.class).getSingleResult();
      session.find(Book.class, 7L);
      session.createQuery("from Book where id = 8", Book.class).getSingleResult();
    } catch (RuntimeException e) {
      // the second book is not there: a span with an error
    }
  }

  private Entities() {}
}
