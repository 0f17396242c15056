package io.spillway.benchmarks.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Continuous batching: requests join a running batch as others finish, each by one prefill; then
 * every step reads all blocks of all that run and appends to the last block of each.
 *
 * <p>Prompt blocks are shared by those that begin alike and stay cached to the end; blocks of
 * answers die with their request.
 */
final class KvCacheSchedule {

  private final Deque<ConversationRequest> waiting;
  private final int batch;
  private final int stride;
  private final long prefillNanos;
  private final long decodeNanos;

  /** Slots of the cache, each as large as a block; free ones are used again. */
  private final Deque<Integer> freeSlots = new ArrayDeque<>();

  private final Map<Long, Integer> slotOfPrompt = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();
  private int slots;

  KvCacheSchedule(
      List<ConversationRequest> requests,
      int batch,
      int stride,
      long prefillNanos,
      long decodeNanos) {
    this.waiting = new ArrayDeque<>(requests);
    this.batch = batch;
    this.stride = stride;
    this.prefillNanos = prefillNanos;
    this.decodeNanos = decodeNanos;
  }

  /**
   * One launch, in slots.
   *
   * @param label prefill or decode
   * @param nanos its compute time
   * @param read slots read
   * @param written slots newly written
   * @param updated slots appended to
   * @param freed slots whose contents die with it
   */
  private record Step(
      String label,
      long nanos,
      List<Integer> read,
      List<Integer> written,
      List<Integer> updated,
      List<Integer> freed) {}

  /** A request in the batch. */
  private static final class Running {
    final List<Integer> prompt;
    final List<Integer> answer = new ArrayList<>();
    int tokensInLast;
    int tokensLeft;

    Running(List<Integer> prompt, ConversationRequest request) {
      this.prompt = prompt;
      this.tokensLeft = request.outputTokens();
      this.tokensInLast = ConversationRequest.BLOCK_TOKENS;
    }
  }

  Trace trace(String name, long tokenBytes) {
    List<Running> running = new ArrayList<>();
    long now = 0;
    while (!waiting.isEmpty() || !running.isEmpty()) {
      while (!waiting.isEmpty()
          && running.size() < batch
          && (running.isEmpty() || waiting.getFirst().arrivalNanos() <= now)) {
        ConversationRequest request = waiting.removeFirst();
        now = Math.max(now, request.arrivalNanos());
        now += prefill(request, running);
      }
      now += decode(running);
    }
    return built(name, tokenBytes * ConversationRequest.BLOCK_TOKENS);
  }

  private long prefill(ConversationRequest request, List<Running> running) {
    List<Integer> prompt = new ArrayList<>();
    List<Integer> read = new ArrayList<>();
    List<Integer> written = new ArrayList<>();
    for (long id : request.promptBlocks()) {
      Integer known = slotOfPrompt.get(id);
      int slot = known == null ? takeSlot() : known;
      if (known == null) {
        slotOfPrompt.put(id, slot);
        written.add(slot);
      } else if (!written.contains(slot)) {
        read.add(slot);
      }
      prompt.add(slot);
    }
    long nanos = prefillNanos * ConversationRequest.BLOCK_TOKENS * written.size();
    steps.add(new Step("prefill", nanos, read, written, List.of(), List.of()));
    running.add(new Running(prompt, request));
    return nanos;
  }

  private long decode(List<Running> running) {
    List<Integer> read = new ArrayList<>();
    List<Integer> written = new ArrayList<>();
    List<Integer> updated = new ArrayList<>();
    List<Integer> freed = new ArrayList<>();
    int most = 0;
    for (Running request : running) {
      int tokens = Math.min(stride, request.tokensLeft);
      most = Math.max(most, tokens);
      read.addAll(request.prompt);
      if (request.tokensInLast + tokens > ConversationRequest.BLOCK_TOKENS) {
        request.answer.forEach(read::add);
        request.answer.add(takeSlot());
        request.tokensInLast = 0;
        written.add(request.answer.getLast());
      } else {
        read.addAll(request.answer.subList(0, request.answer.size() - 1));
        updated.add(request.answer.getLast());
      }
      request.tokensInLast += tokens;
      request.tokensLeft -= tokens;
      if (request.tokensLeft == 0) {
        freed.addAll(request.answer);
      }
    }
    running.removeIf(request -> request.tokensLeft == 0);
    long nanos = decodeNanos * most;
    List<Integer> distinct = read.stream().distinct().toList();
    steps.add(new Step("decode", nanos, distinct, written, updated, List.copyOf(freed)));
    freeSlots.addAll(freed);
    return nanos;
  }

  private int takeSlot() {
    return freeSlots.isEmpty() ? slots++ : freeSlots.removeFirst();
  }

  private Trace built(String name, long slotBytes) {
    TraceBuilder trace =
        new TraceBuilder(name).tells(Characteristic.LIFETIMES).tells(Characteristic.COMPUTE_TIMES);
    int cache = trace.emptyRegion("kv-cache", slots * slotBytes);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      trace.launch(step.label(), i, step.nanos());
      step.read().forEach(slot -> trace.reads(cache, slot * slotBytes, slotBytes));
      step.written().forEach(slot -> trace.writes(cache, slot * slotBytes, slotBytes));
      step.updated().forEach(slot -> trace.updates(cache, slot * slotBytes, slotBytes));
      step.freed().forEach(slot -> trace.dies(cache, slot * slotBytes, slotBytes));
    }
    return trace.build();
  }
}
