/** The page in a real browser: pictures for the documents, and questions of tests. */
@NullMarked
package io.vigia.tests.screenshot;

import org.jspecify.annotations.NullMarked;
