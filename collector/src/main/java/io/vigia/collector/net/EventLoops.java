package io.vigia.collector.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The process's one set of I/O threads, made at first use. Daemon threads that live as long as the
 * process: nobody shuts them down. Work on them must not block.
 */
public final class EventLoops {
  /** As many pages of 32 KiB, the largest that are kept, as two or three requests are made of. */
  private static final int KEPT_PAGES = 512;

  /**
   * Of everything that is read and written. (Netty's default, the adaptive one, in a heap of at
   * most 512 MB makes every buffer over 16 kB anew, and zeroes it: each read of a busy connection.)
   * A thread that makes requests keeps their pages when they come back; else chunks of pages would
   * go back to the system between two requests, to be mapped and zeroed again.
   */
  public static final ByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(
          true,
          PooledByteBufAllocator.defaultNumHeapArena(),
          PooledByteBufAllocator.defaultNumDirectArena(),
          PooledByteBufAllocator.defaultPageSize(),
          PooledByteBufAllocator.defaultMaxOrder(),
          PooledByteBufAllocator.defaultSmallCacheSize(),
          KEPT_PAGES,
          true); // also for threads that are not Netty's

  private EventLoops() {}

  private static final class Holder {
    static final EventLoopGroup SHARED =
        new MultiThreadIoEventLoopGroup(
            Math.max(2, Runtime.getRuntime().availableProcessors()),
            new DefaultThreadFactory("vigia-io", true),
            NioIoHandler.newFactory());
  }

  public static EventLoopGroup shared() {
    return Holder.SHARED;
  }
}
