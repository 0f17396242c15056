package io.spillway.samples.demo;

import io.spillway.SessionPlugin;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Parts;
import io.spillway.samples.device.Traffic;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A machine that reads one layer once too little, once. */
final class MisreadingMachine implements Machine {

  private final Machine upstream;
  private int untilMistake;

  MisreadingMachine(Machine upstream, int untilMistake) {
    this.upstream = upstream;
    this.untilMistake = untilMistake;
  }

  @Override
  public UnifiedMemoryDriver driver() {
    return upstream.driver();
  }

  @Override
  public boolean holdsContents() {
    return upstream.holdsContents();
  }

  @Override
  public long managedLimitBytes() {
    return upstream.managedLimitBytes();
  }

  @Override
  public HostMemoryGuard hostMemory() {
    return upstream.hostMemory();
  }

  @Override
  public Optional<Executor> background() {
    return upstream.background();
  }

  @Override
  public Optional<SessionPlugin> recorder() {
    return upstream.recorder();
  }

  @Override
  public Optional<Traffic> traffic() {
    return upstream.traffic();
  }

  @Override
  public void hostWrites(AddressRange managed) {
    upstream.hostWrites(managed);
  }

  @Override
  public void layerSums(
      AddressRange weights, int reads, AddressRange laneSums, StreamHandle stream) {
    upstream.layerSums(weights, untilMistake-- == 0 ? reads - 1 : reads, laneSums, stream);
  }

  @Override
  public void layerActivate(
      AddressRange laneSums, AddressRange activations, int layer, StreamHandle stream) {
    upstream.layerActivate(laneSums, activations, layer, stream);
  }

  @Override
  public void readWords(AddressRange words, StreamHandle stream) {
    upstream.readWords(words, stream);
  }

  @Override
  public void writeWords(AddressRange words, long value, StreamHandle stream) {
    upstream.writeWords(words, value, stream);
  }

  @Override
  public void writeMixed(AddressRange words, long value, int rounds, StreamHandle stream) {
    upstream.writeMixed(words, value, rounds, stream);
  }

  @Override
  public void mixedSums(
      AddressRange words, int rounds, AddressRange laneSums, StreamHandle stream) {
    upstream.mixedSums(words, rounds, laneSums, stream);
  }

  @Override
  public void readParts(Parts parts, StreamHandle stream) {
    upstream.readParts(parts, stream);
  }

  @Override
  public void writeParts(Parts parts, long value, StreamHandle stream) {
    upstream.writeParts(parts, value, stream);
  }

  @Override
  public void addParts(Parts parts, long value, StreamHandle stream) {
    upstream.addParts(parts, value, stream);
  }

  @Override
  public void close() {
    upstream.close();
  }
}
