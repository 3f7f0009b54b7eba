/** The HTTP side: servlets that map requests to the model and failures to status codes. */
@NullMarked
package io.vigia.demo.classifier.web;

import org.jspecify.annotations.NullMarked;
