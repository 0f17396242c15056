/*
 * A libcupti.so.13 for tests: the activity API's real ABI, playing records that a test dictates.
 *
 * Records are written into the client's buffers as CUPTI does it: only of kinds and counters that
 * are on, each buffer until it is full, and dropped and counted where the client gives none. A
 * buffer comes back on a thread that the client does not know, or within a flush. A launch is
 * recorded with the calling thread's external number if one was pushed, and only if calls are
 * recorded.
 *
 * Layouts are those of cupti_activity.h of CUDA 13.0 Update 1, or, for versions before 26, of
 * CUpti_ActivityUnifiedMemoryCounter2. It is set up through the spillway_cupti_* functions at the
 * end. All state but the external numbers is behind one mutex, which callbacks are called without.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int CUptiResult;

enum {
  SUCCESS = 0,
  INVALID_PARAMETER = 1,
  INVALID_OPERATION = 7,
  MAX_LIMIT_REACHED = 12,
  QUEUE_EMPTY = 18,
  INVALID_KIND = 21,
  INSUFFICIENT_PRIVILEGES = 35,
  UNKNOWN = 999
};

enum {
  KIND_DRIVER = 4,
  KIND_RUNTIME = 5,
  KIND_KERNEL = 10,
  KIND_MARKER = 12,
  KIND_COUNTER = 25,
  KIND_EXTERNAL = 39,
  MOST_KINDS = 64
};

enum { CALL_LAUNCH_KERNEL = 307 };

typedef void (*requested_function)(uint8_t **buffer, size_t *size, size_t *most);
typedef void (*completed_function)(void *context, uint32_t stream, uint8_t *buffer, size_t size,
                                   size_t valid);

/* ---- records ------------------------------------------------------------------------------ */

struct counter {
  uint32_t kind;
  uint32_t counter_kind;
  uint64_t value;
  uint64_t start;
  uint64_t end;
  uint64_t address;
  uint32_t source;
  uint32_t destination;
  uint32_t stream;
  uint32_t process;
  uint32_t flags;
  uint32_t pad;
  uint64_t processors[5];
};

struct kernel {
  uint32_t kind;
  uint8_t until_start[12];
  uint64_t start;
  uint64_t end;
  uint64_t completed;
  uint32_t device;
  uint32_t context;
  uint32_t stream;
  int32_t dimensions_and_memory[10];
  uint32_t correlation;
  int64_t grid;
  const char *name;
  uint8_t rest[104];
};

struct external {
  uint32_t kind;
  uint32_t external_kind;
  uint64_t external_id;
  uint32_t correlation;
  uint32_t reserved;
};

struct call {
  uint32_t kind;
  uint32_t callback;
  uint64_t start;
  uint64_t end;
  uint32_t process;
  uint32_t thread;
  uint32_t correlation;
  uint32_t result;
};

struct marker {
  uint32_t kind;
  uint8_t rest[52];
};

enum { BYTES_OF_COUNTER_2 = offsetof(struct counter, processors), FIRST_WITH_COUNTER_3 = 26 };

/* ---- state -------------------------------------------------------------------------------- */

enum { MOST_REFUSALS = 64, MOST_WAITING = 1024, MOST_COUNTERS = 256, ANY = -1 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static struct {
  uint32_t version;
  requested_function requested;
  completed_function completed;
  uint8_t kinds[MOST_KINDS];
  uint8_t counters[16];
  struct counter counter_records[MOST_COUNTERS];
  int counter_count;
  struct {
    char call[64];
    int argument;
    CUptiResult status;
  } refusals[MOST_REFUSALS];
  int refusal_count;
  uint8_t *buffer;
  size_t size;
  size_t valid;
  struct {
    uint8_t *buffer;
    size_t size;
    size_t valid;
  } waiting[MOST_WAITING];
  int waiting_count;
  uint64_t dropped;
  uint64_t timestamp;
  uint64_t flushes;
  uint64_t forced_flushes;
  uint64_t dirty_bytes;
} state = {.version = 130001};

enum { MOST_PUSHED = 64 };

static __thread struct {
  uint64_t ids[MOST_PUSHED];
  int count;
} pushed;

/** The status that a test wants for this call, with this argument. */
static CUptiResult refusal(const char *call, int argument) {
  for (int i = 0; i < state.refusal_count; i++) {
    if (strcmp(state.refusals[i].call, call) == 0 &&
        (state.refusals[i].argument == ANY || state.refusals[i].argument == argument)) {
      return state.refusals[i].status;
    }
  }
  return SUCCESS;
}

static size_t counter_bytes(void) {
  return state.version >= FIRST_WITH_COUNTER_3 ? sizeof(struct counter) : BYTES_OF_COUNTER_2;
}

static size_t record_bytes(uint32_t kind) {
  switch (kind) {
    case KIND_DRIVER:
    case KIND_RUNTIME:
      return sizeof(struct call);
    case KIND_KERNEL:
      return sizeof(struct kernel);
    case KIND_MARKER:
      return sizeof(struct marker);
    case KIND_COUNTER:
      return counter_bytes();
    case KIND_EXTERNAL:
      return sizeof(struct external);
    default:
      return 0;
  }
}

/* ---- buffers ------------------------------------------------------------------------------ */

/** Puts the current buffer among those that wait to be given back. Holds the mutex. */
static void close_buffer(void) {
  if (state.buffer != NULL && state.waiting_count < MOST_WAITING) {
    state.waiting[state.waiting_count].buffer = state.buffer;
    state.waiting[state.waiting_count].size = state.size;
    state.waiting[state.waiting_count].valid = state.valid;
    state.waiting_count++;
    state.buffer = NULL;
  }
}

/** Gives back what waits, oldest first or newest first. Holds the mutex but for the callbacks. */
static void deliver(int newest_first) {
  while (state.waiting_count > 0) {
    int at = newest_first ? state.waiting_count - 1 : 0;
    uint8_t *buffer = state.waiting[at].buffer;
    size_t size = state.waiting[at].size;
    size_t valid = state.waiting[at].valid;
    memmove(&state.waiting[at], &state.waiting[at + 1],
            sizeof state.waiting[0] * (size_t)(state.waiting_count - at - 1));
    state.waiting_count--;
    completed_function completed = state.completed;
    pthread_mutex_unlock(&mutex);
    completed(NULL, 0, buffer, size, valid);
    pthread_mutex_lock(&mutex);
  }
}

/** Where the next record goes; NULL if the client has no room. Holds the mutex but for callbacks. */
static uint8_t *room(size_t bytes) {
  if (state.buffer != NULL && state.valid + bytes > state.size) {
    close_buffer();
  }
  if (state.buffer == NULL) {
    uint8_t *buffer = NULL;
    size_t size = 0;
    size_t most = 0;
    requested_function requested = state.requested;
    pthread_mutex_unlock(&mutex);
    requested(&buffer, &size, &most);
    pthread_mutex_lock(&mutex);
    if (buffer == NULL) {
      return NULL;
    }
    for (size_t i = 0; i < size; i++) {
      state.dirty_bytes += buffer[i] != 0;
    }
    state.buffer = buffer;
    state.size = size;
    state.valid = 0;
  }
  if (state.valid + bytes > state.size) {
    return NULL;
  }
  uint8_t *at = state.buffer + state.valid;
  state.valid += bytes;
  return at;
}

static void write_record(const void *record, size_t bytes) {
  if (state.requested == NULL) {
    return;
  }
  uint8_t *at = room(bytes);
  if (at == NULL) {
    state.dropped++;
  } else {
    memcpy(at, record, bytes);
  }
}

/* ---- CUPTI -------------------------------------------------------------------------------- */

CUptiResult cuptiGetVersion(uint32_t *version) {
  *version = state.version;
  return refusal("cuptiGetVersion", ANY);
}

CUptiResult cuptiGetResultString(CUptiResult result, const char **text) {
  switch (result) {
    case INSUFFICIENT_PRIVILEGES:
      *text = "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES";
      return SUCCESS;
    case 27:
      *text = "CUPTI_ERROR_NOT_SUPPORTED";
      return SUCCESS;
    case 28:
      *text = "CUPTI_ERROR_UM_PROFILING_NOT_SUPPORTED";
      return SUCCESS;
    case UNKNOWN:
      *text = "CUPTI_ERROR_UNKNOWN";
      return SUCCESS;
    default:
      return INVALID_PARAMETER;
  }
}

CUptiResult cuptiGetTimestamp(uint64_t *timestamp) {
  pthread_mutex_lock(&mutex);
  *timestamp = state.timestamp;
  pthread_mutex_unlock(&mutex);
  return SUCCESS;
}

CUptiResult cuptiActivityRegisterCallbacks(requested_function requested,
                                           completed_function completed) {
  pthread_mutex_lock(&mutex);
  CUptiResult status = refusal("cuptiActivityRegisterCallbacks", ANY);
  if (status == SUCCESS) {
    state.requested = requested;
    state.completed = completed;
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

CUptiResult cuptiActivityConfigureUnifiedMemoryCounter(const uint32_t *configurations,
                                                       uint32_t count) {
  pthread_mutex_lock(&mutex);
  CUptiResult status = SUCCESS;
  for (uint32_t i = 0; i < count && status == SUCCESS; i++) {
    status = refusal("cuptiActivityConfigureUnifiedMemoryCounter", (int)configurations[4 * i + 1]);
  }
  if (status == SUCCESS) {
    memset(state.counters, 0, sizeof state.counters);
    for (uint32_t i = 0; i < count; i++) {
      state.counters[configurations[4 * i + 1] & 15] = configurations[4 * i + 3] != 0;
    }
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

/** Memory counters reach a buffer when they are flushed, or many wait. Holds the mutex. */
static void take_counters(void) {
  int count = state.counter_count;
  state.counter_count = 0;
  for (int i = 0; i < count; i++) {
    struct counter record = state.counter_records[i];
    write_record(&record, counter_bytes());
  }
}

static CUptiResult turn(const char *call, uint32_t kind, int on) {
  if (kind >= MOST_KINDS) {
    return INVALID_KIND;
  }
  pthread_mutex_lock(&mutex);
  CUptiResult status = refusal(call, (int)kind);
  if (status == SUCCESS) {
    state.kinds[kind] = (uint8_t)on;
    if (kind == KIND_COUNTER && !on) {
      state.counter_count = 0; /* as CUPTI 13.0 does */
    }
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

CUptiResult cuptiActivityEnable(uint32_t kind) { return turn("cuptiActivityEnable", kind, 1); }

CUptiResult cuptiActivityDisable(uint32_t kind) { return turn("cuptiActivityDisable", kind, 0); }

CUptiResult cuptiActivitySetAttribute(uint32_t attribute, size_t *size, void *value) {
  (void)value;
  return *size == 0 ? INVALID_PARAMETER : refusal("cuptiActivitySetAttribute", (int)attribute);
}

CUptiResult cuptiActivityFlushAll(uint32_t flag) {
  pthread_mutex_lock(&mutex);
  CUptiResult status = state.completed == NULL ? INVALID_OPERATION : refusal("cuptiActivityFlushAll", (int)flag);
  if (status == SUCCESS) {
    state.flushes++;
    state.forced_flushes += flag & 1;
    take_counters();
    close_buffer();
    deliver(0);
  }
  pthread_mutex_unlock(&mutex);
  return status;
}

CUptiResult cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid, uint8_t **record) {
  if (buffer == NULL) {
    return INVALID_PARAMETER;
  }
  size_t at = 0;
  if (*record != NULL) {
    uint32_t before;
    memcpy(&before, *record, sizeof before);
    at = (size_t)(*record - buffer) + record_bytes(before);
  }
  if (at >= valid) {
    return MAX_LIMIT_REACHED;
  }
  uint32_t kind;
  memcpy(&kind, buffer + at, sizeof kind);
  if (record_bytes(kind) == 0 || at + record_bytes(kind) > valid) {
    return INVALID_KIND;
  }
  *record = buffer + at;
  return SUCCESS;
}

CUptiResult cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream, size_t *dropped) {
  (void)context;
  (void)stream;
  pthread_mutex_lock(&mutex);
  *dropped = state.dropped;
  state.dropped = 0;
  pthread_mutex_unlock(&mutex);
  return SUCCESS;
}

CUptiResult cuptiActivityPushExternalCorrelationId(int kind, uint64_t id) {
  if (kind != 3 || pushed.count == MOST_PUSHED) {
    return INVALID_PARAMETER;
  }
  pushed.ids[pushed.count++] = id;
  return SUCCESS;
}

CUptiResult cuptiActivityPopExternalCorrelationId(int kind, uint64_t *last) {
  if (kind != 3) {
    return INVALID_PARAMETER;
  }
  if (pushed.count == 0) {
    return QUEUE_EMPTY;
  }
  pushed.count--;
  if (last != NULL) {
    *last = pushed.ids[pushed.count];
  }
  return SUCCESS;
}

/* ---- what tests say ----------------------------------------------------------------------- */

/** As it was when it was loaded; buffers that the client lent are given back, empty. */
void spillway_cupti_reset(void) {
  pthread_mutex_lock(&mutex);
  if (state.completed != NULL) {
    close_buffer();
    for (int i = 0; i < state.waiting_count; i++) {
      state.waiting[i].valid = 0;
    }
    deliver(0);
  }
  memset(&state, 0, sizeof state);
  state.version = 130001;
  pthread_mutex_unlock(&mutex);
  pushed.count = 0;
}

void spillway_cupti_version(uint32_t version) { state.version = version; }

void spillway_cupti_timestamp(uint64_t nanos) {
  pthread_mutex_lock(&mutex);
  state.timestamp = nanos;
  pthread_mutex_unlock(&mutex);
}

/** From now on `call` returns `status` where its first number is `argument`, -1 for any. */
int spillway_cupti_refuse(const char *call, int argument, CUptiResult status) {
  pthread_mutex_lock(&mutex);
  int at = state.refusal_count;
  if (at < MOST_REFUSALS) {
    snprintf(state.refusals[at].call, sizeof state.refusals[at].call, "%s", call);
    state.refusals[at].argument = argument;
    state.refusals[at].status = status;
    state.refusal_count++;
  }
  pthread_mutex_unlock(&mutex);
  return at < MOST_REFUSALS ? 0 : -1;
}

/** This thread launches a kernel, by a call with this correlation. */
void spillway_cupti_launch(uint32_t correlation) {
  pthread_mutex_lock(&mutex);
  if (state.kinds[KIND_DRIVER]) {
    if (state.kinds[KIND_EXTERNAL] && pushed.count > 0) {
      struct external record = {.kind = KIND_EXTERNAL,
                                .external_kind = 3,
                                .external_id = pushed.ids[pushed.count - 1],
                                .correlation = correlation};
      write_record(&record, sizeof record);
    }
    struct call record = {
        .kind = KIND_DRIVER, .callback = CALL_LAUNCH_KERNEL, .correlation = correlation};
    write_record(&record, sizeof record);
  }
  pthread_mutex_unlock(&mutex);
}

/** A kernel that was launched so has run. Its name stays where it is. */
void spillway_cupti_kernel(uint32_t correlation, const char *name, uint64_t start, uint64_t end,
                           uint32_t stream) {
  pthread_mutex_lock(&mutex);
  if (state.kinds[KIND_KERNEL]) {
    struct kernel record = {.kind = KIND_KERNEL,
                            .start = start,
                            .end = end,
                            .completed = end,
                            .stream = stream,
                            .correlation = correlation,
                            .name = name};
    write_record(&record, sizeof record);
  }
  pthread_mutex_unlock(&mutex);
}

void spillway_cupti_memory(uint32_t counter_kind, uint64_t value, uint64_t address, uint64_t start,
                           uint64_t end, uint32_t source, uint32_t destination, uint32_t flags) {
  pthread_mutex_lock(&mutex);
  if (state.kinds[KIND_COUNTER] && (counter_kind > 8 || state.counters[counter_kind])) {
    struct counter record = {.kind = KIND_COUNTER,
                             .counter_kind = counter_kind,
                             .value = value,
                             .start = start,
                             .end = end,
                             .address = address,
                             .source = source,
                             .destination = destination,
                             .flags = flags};
    state.counter_records[state.counter_count++] = record;
    if (state.counter_count == MOST_COUNTERS) {
      take_counters();
    }
  }
  pthread_mutex_unlock(&mutex);
}

/** A record of a kind that nobody asked for. */
void spillway_cupti_marker(void) {
  pthread_mutex_lock(&mutex);
  struct marker record = {.kind = KIND_MARKER};
  write_record(&record, sizeof record);
  pthread_mutex_unlock(&mutex);
}

/** A record that was begun and not finished: all zero. What follows in its buffer is lost. */
void spillway_cupti_unfinished(void) {
  pthread_mutex_lock(&mutex);
  struct marker record = {0};
  take_counters();
  write_record(&record, sizeof record);
  pthread_mutex_unlock(&mutex);
}

/** The current buffer ends here. */
void spillway_cupti_split(void) {
  pthread_mutex_lock(&mutex);
  take_counters();
  close_buffer();
  pthread_mutex_unlock(&mutex);
}

static void *deliver_newest_first(void *unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  deliver(1);
  pthread_mutex_unlock(&mutex);
  return NULL;
}

/** Gives back the buffers that ended, newest first, on a thread of CUPTI's own. */
int spillway_cupti_deliver(void) {
  pthread_t worker;
  if (pthread_create(&worker, NULL, deliver_newest_first, NULL) != 0) {
    return -1;
  }
  return pthread_join(worker, NULL);
}

uint64_t spillway_cupti_flushes(int forced) {
  pthread_mutex_lock(&mutex);
  uint64_t count = forced ? state.forced_flushes : state.flushes;
  pthread_mutex_unlock(&mutex);
  return count;
}

/** Bytes that were not zero in buffers the client lent. */
uint64_t spillway_cupti_dirty_bytes(void) { return state.dirty_bytes; }

/** Whether this kind is on. */
int spillway_cupti_enabled(uint32_t kind) { return kind < MOST_KINDS && state.kinds[kind]; }

/** How many external numbers this thread has pushed and not popped. */
int spillway_cupti_pushed(void) { return pushed.count; }
