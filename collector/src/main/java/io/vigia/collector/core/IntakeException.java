package io.vigia.collector.core;

/** Why a batch was not taken. Carries no stack trace: it is an answer, not a defect. */
public abstract sealed class IntakeException extends Exception {
  private static final long serialVersionUID = 1L;

  private IntakeException(String message) {
    super(message, null, false, false);
  }

  /**
   * A short stable word for metric labels, e.g. {@code quota}, {@code memory}, {@code oversize}.
   */
  public abstract String reason();

  /** Nothing is wrong with the batch; there is no room for it now. */
  public static final class Overloaded extends IntakeException {
    private static final long serialVersionUID = 1L;
    private final String reason;
    private final long retryAfterMillis;

    public Overloaded(String reason, String message, long retryAfterMillis) {
      super(message);
      this.reason = reason;
      this.retryAfterMillis = retryAfterMillis;
    }

    @Override
    public String reason() {
      return reason;
    }

    /** How long the sender should wait, in milliseconds; at least 1. */
    public long retryAfterMillis() {
      return retryAfterMillis;
    }
  }

  /** The batch can never be taken as it is. */
  public static final class Rejected extends IntakeException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    public Rejected(String reason, String message) {
      super(message);
      this.reason = reason;
    }

    @Override
    public String reason() {
      return reason;
    }
  }
}
