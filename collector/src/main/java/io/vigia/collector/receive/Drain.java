package io.vigia.collector.receive;

/**
 * A Netty user event: answer what is there, take nothing new, then close. May come more than once.
 */
public enum Drain {
  NOW
}
