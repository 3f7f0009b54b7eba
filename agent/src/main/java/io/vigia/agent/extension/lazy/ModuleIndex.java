package io.vigia.agent.extension.lazy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which modules act on which class names, as written by the build (src/build/IndexModules.java).
 * Immutable after reading.
 */
final class ModuleIndex {

  /** One module, in the order in which upstream would apply it. */
  static final class Module implements Comparable<Module> {
    final String className;
    private final int order;
    private final int line;

    Module(String className, int order, int line) {
      this.className = className;
      this.order = order;
      this.line = line;
    }

    @Override
    public int compareTo(Module other) {
      return order != other.order
          ? Integer.compare(order, other.order)
          : Integer.compare(line, other.line);
    }
  }

  private final Map<String, List<Module>> byName = new HashMap<>();
  private final Map<String, List<Module>> bySuperType = new HashMap<>();
  private final List<Module> all = new ArrayList<>();

  static ModuleIndex read(Reader text) throws IOException {
    ModuleIndex index = new ModuleIndex();
    BufferedReader lines = new BufferedReader(text);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      index.add(line.split("\t", -1));
    }
    Collections.sort(index.all);
    return index;
  }

  private void add(String[] columns) throws IOException {
    if (columns.length != 4) {
      throw new IOException("the index of modules is damaged: " + Arrays.toString(columns));
    }
    Module module = new Module(columns[0], Integer.parseInt(columns[1]), all.size());
    all.add(module);
    put(byName, columns[2], module);
    put(bySuperType, columns[3], module);
  }

  private static void put(Map<String, List<Module>> map, String names, Module module) {
    for (String name : names.split(",")) {
      if (!name.isEmpty()) {
        map.computeIfAbsent(name, key -> new ArrayList<>(2)).add(module);
      }
    }
  }

  /**
   * Modules that may act on a class of this name with these super types, in order. A super type
   * itself is one too: it is loaded before the classes that extend it.
   */
  Collection<Module> find(String className, Set<String> superTypes) {
    Set<Module> found = addAll(null, byName.get(className));
    found = addAll(found, bySuperType.get(className));
    for (String superType : superTypes) {
      found = addAll(found, bySuperType.get(superType));
    }
    return found == null ? Collections.<Module>emptyList() : found;
  }

  private static @Nullable Set<Module> addAll(
      @Nullable Set<Module> found, @Nullable List<Module> more) {
    if (more == null) {
      return found;
    }
    Set<Module> all = found == null ? new TreeSet<>() : found;
    all.addAll(more);
    return all;
  }

  List<Module> all() {
    return all;
  }
}
