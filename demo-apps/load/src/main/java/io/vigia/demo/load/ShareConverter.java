package io.vigia.demo.load;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 5%} or {@code 0.05}, as a number from 0 to 1. */
final class ShareConverter implements ITypeConverter<Double> {
  @Override
  public Double convert(String text) {
    String number = text.strip().replaceAll("%+$", "");
    try {
      double share = Double.parseDouble(number) / (number.equals(text.strip()) ? 1 : 100);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new TypeConversionException("'" + text + "' is no share; 5% or 0.05 would be");
  }
}
