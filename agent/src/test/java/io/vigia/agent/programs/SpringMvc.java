package io.vigia.agent.programs;

import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Spring MVC in Jetty: a controller, one that throws, a view without a controller. */
final class SpringMvc {

  /** The application's configuration. */
  @EnableWebMvc
  public static class Configuration implements WebMvcConfigurer {
    @Override
    public void addViewControllers(ViewControllerRegistry registry) {
      registry.addRedirectViewController("/old", "/books/1");
    }
  }

  /** The shop's only controller. */
  @RestController
  public static class Books {
    /** Asks the database. */
    @GetMapping("/books/{id}")
    public String book(@PathVariable("id") int id) {
      Databases.ask("SELECT 6 AS mvc");
      if (id == 0) {
        throw new IllegalArgumentException("no such book");
      }
      return "book " + id;
    }
  }

  static void use() throws Exception {
    AnnotationConfigWebApplicationContext application = new AnnotationConfigWebApplicationContext();
    application.register(Configuration.class, Books.class);
    ServletContextHandler context = new ServletContextHandler("/mvc");
    context.addServlet(new ServletHolder(new DispatcherServlet(application)), "/*");
    Servlets.serve(context, "/mvc/books/7", "/mvc/books/0", "/mvc/old", "/mvc/missing");
  }

  private SpringMvc() {}
}
