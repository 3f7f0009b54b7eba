package io.vigia.agent.programs;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** JDBC inside an HTTP request of the JDK's client and server. */
final class Databases {

  static void use() throws Exception {
    InRequest.run(() -> ask("SELECT 7"));
  }

  /** One query, hence one span. */
  static void ask(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:shop");
        PreparedStatement query = connection.prepareStatement(sql);
        ResultSet rows = query.executeQuery()) {
      rows.next();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Databases() {}
}
