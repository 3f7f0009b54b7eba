/**
 * What containers of this node write to stdout and stderr: reads the files that the kubelet keeps
 * for them (Container Runtime Interface, {@code /var/log/pods}) and hands each line to the intake.
 * The rules are in {@code collector/docs/containers.md}.
 *
 * <p>{@link io.vigia.collector.receive.containers.ContainerLogReceiver} is the part with a life. At
 * each look {@link io.vigia.collector.receive.containers.PodLogs} finds the files, {@link
 * io.vigia.collector.receive.containers.SeriesReader} reads one container's, and {@link
 * io.vigia.collector.receive.containers.Progress} knows how far they were delivered. Nothing else
 * is remembered from one look to the next: an event that is not whole yet is read again. So a look
 * after a crash is like any other.
 */
@NullMarked
package io.vigia.collector.receive.containers;

import org.jspecify.annotations.NullMarked;
