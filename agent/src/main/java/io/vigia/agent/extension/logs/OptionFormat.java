package io.vigia.agent.extension.logs;

import com.fasterxml.jackson.core.JsonFactory;

/**
 * Stands where Fluency uses the factory of Jackson's MessagePack format; see {@link OptionMapper}.
 */
public final class OptionFormat extends JsonFactory {
  private static final long serialVersionUID = 1;
}
