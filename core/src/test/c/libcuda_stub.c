/*
 * A libcuda.so.1 for tests: the driver API's real ABI over mmap, with a call log, books of what is
 * allocated, and failures on demand.
 *
 * Memory of all kinds is ordinary memory, so copies and host views are real. What is asynchronous
 * in CUDA happens at once here; an event can be made to look unfinished for a number of queries.
 * Where CUDA leaves a choice this takes the strict side: calls need a current context, batch calls
 * refuse the legacy default stream, discarded pages really lose their contents, small managed
 * allocations are not block-aligned. All state is behind one mutex.
 *
 * It is set up through the spillway_stub_* functions at the end, or by environment variables:
 * SPILLWAY_STUB_<KEY>=<number> for each key of spillway_stub_set (TOTAL_BYTES, CUDA_VERSION, ...),
 * SPILLWAY_STUB_HIDE=<symbol>[,<symbol>...],
 * SPILLWAY_STUB_FAIL=<symbol>:<nth>:<code>[,...].
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef struct context *CUcontext;
typedef void *CUstream;
typedef void *CUevent;
typedef void *CUhandle;

typedef struct {
  int type;
  int id;
} CUmemLocation;

typedef struct {
  unsigned char bytes[16];
} CUuuid;

/* ---- status codes ------------------------------------------------------------------------- */

#define STATUSES(X)                                                                              \
  X(0, CUDA_SUCCESS, "no error")                                                                 \
  X(1, CUDA_ERROR_INVALID_VALUE, "invalid argument")                                             \
  X(2, CUDA_ERROR_OUT_OF_MEMORY, "out of memory")                                                \
  X(3, CUDA_ERROR_NOT_INITIALIZED, "initialization error")                                       \
  X(4, CUDA_ERROR_DEINITIALIZED, "driver shutting down")                                         \
  X(34, CUDA_ERROR_STUB_LIBRARY, "CUDA driver is a stub library")                                \
  X(46, CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable")      \
  X(100, CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected")                             \
  X(101, CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal")                                    \
  X(200, CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid")                             \
  X(201, CUDA_ERROR_INVALID_CONTEXT, "invalid device context")                                   \
  X(205, CUDA_ERROR_MAP_FAILED, "mapping of buffer object failed")                               \
  X(214, CUDA_ERROR_ECC_UNCORRECTABLE, "uncorrectable ECC error encountered")                    \
  X(218, CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed")                                 \
  X(304, CUDA_ERROR_OPERATING_SYSTEM, "OS call failed or operation not supported on this OS")    \
  X(400, CUDA_ERROR_INVALID_HANDLE, "invalid resource handle")                                   \
  X(500, CUDA_ERROR_NOT_FOUND, "named symbol not found")                                         \
  X(600, CUDA_ERROR_NOT_READY, "device not ready")                                               \
  X(700, CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered")                 \
  X(702, CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated")                   \
  X(708, CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE, "cannot set while device is active in this process") \
  X(709, CUDA_ERROR_CONTEXT_IS_DESTROYED, "context is destroyed")                                \
  X(719, CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure")                                 \
  X(800, CUDA_ERROR_NOT_PERMITTED, "operation not permitted")                                    \
  X(801, CUDA_ERROR_NOT_SUPPORTED, "operation not supported")                                    \
  X(802, CUDA_ERROR_SYSTEM_NOT_READY, "system not yet initialized")                              \
  X(803, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, "system has unsupported display driver / cuda driver combination") \
  X(900, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "operation not permitted when stream is capturing") \
  X(999, CUDA_ERROR_UNKNOWN, "unknown error")

#define AS_CONSTANT(code, name, text) name = code,
enum { STATUSES(AS_CONSTANT) };

static const struct {
  int code;
  const char *name;
  const char *text;
} statuses[] = {
#define AS_ROW(code, name, text) {code, #name, text},
    STATUSES(AS_ROW)};

/* ---- values of cuda.h --------------------------------------------------------------------- */

enum { AT_NOWHERE = 0, AT_DEVICE = 1, AT_HOST = 2, AT_HOST_NODE = 3, AT_HOST_NODE_CURRENT = 4 };
enum { DEVICE_CPU = -1, DEVICE_INVALID = -2 };
enum {
  SET_READ_MOSTLY = 1,
  UNSET_READ_MOSTLY = 2,
  SET_PREFERRED = 3,
  UNSET_PREFERRED = 4,
  SET_ACCESSED_BY = 5,
  UNSET_ACCESSED_BY = 6
};
enum { EVENT_DISABLE_TIMING = 2 };

/* ---- configuration ------------------------------------------------------------------------ */

enum { MOST_DEVICES = 16, ATTRIBUTES = 256, MOST_HIDDEN = 64, MOST_PLANNED = 64 };

#define BLOCK (2UL << 20)
#define PAGE 4096UL

static struct configuration {
  int64_t device_count;
  int64_t total_bytes;
  int64_t compute_major;
  int64_t compute_minor;
  int64_t cuda_version;
  int64_t managed_memory;
  int64_t concurrent_managed_access;
  int64_t pageable_memory_access;
  int64_t numa_nodes;
  int64_t event_not_ready_queries;
  int64_t streams_capturing; /* whether cuStreamIsCapturing says so of every stream */
  int64_t idle;              /* see idle() */
} configuration;

static const struct {
  const char *key;
  size_t offset;
  int64_t value;
} keys[] = {
#define KEY(name, value) {#name, offsetof(struct configuration, name), value}
    KEY(device_count, 1),
    KEY(total_bytes, 8L << 30),
    KEY(compute_major, 9),
    KEY(compute_minor, 0),
    KEY(cuda_version, 13000),
    KEY(managed_memory, 1),
    KEY(concurrent_managed_access, 1),
    KEY(pageable_memory_access, 0),
    KEY(numa_nodes, 1),
    KEY(event_not_ready_queries, 0),
    KEY(streams_capturing, 0),
    KEY(idle, 0),
};

static struct {
  int set;
  int value;
} attribute_overrides[ATTRIBUTES];

static char hidden[MOST_HIDDEN][64];
static int hidden_count;

static struct {
  char name[64];
  uint64_t nth; /* 1 = the next call; 0 = used up */
  int code;
} planned[MOST_PLANNED];

static struct {
  uint64_t parts_per_million;
  uint64_t state;
  int code;
  char names[512]; /* comma-separated; empty = every call but look-ups and clean-up */
} chance;

/* ---- the books ---------------------------------------------------------------------------- */

enum { KIND_DEVICE = 1, KIND_MANAGED = 2, KIND_PINNED = 3 };

/* A stretch of pages that share one policy; an allocation's runs cover it without gaps. */
struct run {
  uint64_t start;
  uint64_t end;
  int read_mostly;
  CUmemLocation preferred;
  CUmemLocation last_prefetch;
  uint64_t accessed_by; /* bit 0 the host, bit 1 + n device n */
  struct run *next;
};

struct allocation {
  uint64_t address;
  uint64_t bytes;
  uint64_t mapped;
  int kind;
  int device;
  unsigned flags;
  uint64_t id;
  struct run *runs; /* managed memory only */
};

static struct allocation *allocations; /* by address */
static size_t allocation_count, allocation_capacity;
static uint64_t next_allocation_id = 1;
static uint64_t plain_bytes[MOST_DEVICES];

struct context {
  int device;
  int primary;
  int live;
  int retained;
  unsigned flags;
};

static struct context primaries[MOST_DEVICES];
static int64_t created_contexts;

struct stream {
  int live;
  unsigned flags;
  int priority;
  CUcontext context;
  struct stream *next;
};

struct event {
  int live;
  unsigned flags;
  int recorded;
  int64_t not_ready_left;
  CUcontext context;
  CUstream stream;
  struct timespec when;
  struct event *next;
};

struct module {
  int live;
  struct module *next;
};

static struct stream *streams;
static struct event *events;
static struct module *modules;

static int initialized;
static _Thread_local CUcontext context_stack[64];
static _Thread_local int context_depth;
static _Thread_local int capture_mode; /* CU_STREAM_CAPTURE_MODE_GLOBAL is 0 */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---- the call log ------------------------------------------------------------------------- */

/* One call as the tests read it: 128 bytes, no padding. */
struct entry {
  uint64_t sequence;
  uint64_t address;
  uint64_t bytes;
  int64_t extra[4];
  uint64_t thread;
  int32_t result;
  char name[60];
};

enum { LOG_ENTRIES = 1 << 16, MOST_NAMES = 512 };

static struct entry log_entries[LOG_ENTRIES];
static uint64_t log_written;

static struct {
  const char *name;
  uint64_t calls;
} called[MOST_NAMES];
static int called_count = 1; /* 0 stands for "not called yet" */

struct call {
  const char *name;
  int slot;
  uint64_t address;
  uint64_t bytes;
  int64_t extra[4];
};

enum { FREE_OF_STATE = 0, NEEDS_INIT = 1, NEEDS_CONTEXT = 2 };

static CUcontext current_context(void) {
  return context_depth > 0 ? context_stack[context_depth - 1] : NULL;
}

static int named_in(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list; *at != 0;) {
    size_t item = strcspn(at, ",");
    if (item == length && strncmp(at, name, length) == 0) return 1;
    at += item;
    if (*at == ',') at++;
  }
  return 0;
}

static int starts_with(const char *name, const char *prefix) {
  return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Whether random failures may hit a call when none was named: not look-ups, not clean-up. */
static int fair_game(const char *name) {
  return !starts_with(name, "cuGet") && !starts_with(name, "cuCtx") && !starts_with(name, "cuMemFree")
         && strstr(name, "Destroy") == NULL && !starts_with(name, "cuDevicePrimaryCtx")
         && strcmp(name, "cuInit") != 0;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15UL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
  return z ^ (z >> 31);
}

static CUresult injected(const char *name) {
  for (int i = 0; i < MOST_PLANNED; i++) {
    if (planned[i].nth > 0 && strcmp(planned[i].name, name) == 0 && --planned[i].nth == 0) {
      return planned[i].code;
    }
  }
  if (chance.parts_per_million > 0
      && (chance.names[0] != 0 ? named_in(chance.names, name) : fair_game(name))
      && next_random(&chance.state) % 1000000 < chance.parts_per_million) {
    return chance.code;
  }
  return CUDA_SUCCESS;
}

/* Takes the mutex; finish() gives it back. Returns why the call must fail at once, or success. */
static CUresult begin(
    struct call *call, int *slot, const char *name, int needs, uint64_t address, uint64_t bytes,
    const int64_t *extra) {
  pthread_mutex_lock(&mutex);
  if (*slot == 0 && called_count < MOST_NAMES) {
    *slot = called_count++;
    called[*slot].name = name;
  }
  call->name = name;
  call->slot = *slot;
  call->address = address;
  call->bytes = bytes;
  memcpy(call->extra, extra, sizeof call->extra);
  CUresult result = injected(name);
  if (result != CUDA_SUCCESS) return result;
  if (needs >= NEEDS_INIT && !initialized) return CUDA_ERROR_NOT_INITIALIZED;
  if (needs >= NEEDS_CONTEXT) {
    CUcontext context = current_context();
    if (context == NULL) return CUDA_ERROR_INVALID_CONTEXT;
    if (!context->live) return CUDA_ERROR_CONTEXT_IS_DESTROYED;
  }
  return CUDA_SUCCESS;
}

static CUresult finish(struct call *call, CUresult result) {
  struct entry *entry = &log_entries[log_written % LOG_ENTRIES];
  entry->sequence = log_written++;
  entry->address = call->address;
  entry->bytes = call->bytes;
  memcpy(entry->extra, call->extra, sizeof entry->extra);
  entry->thread = (uint64_t)syscall(SYS_gettid);
  entry->result = result;
  memset(entry->name, 0, sizeof entry->name);
  strncpy(entry->name, call->name, sizeof entry->name - 1);
  called[call->slot].calls++;
  pthread_mutex_unlock(&mutex);
  return result;
}

/* The address, the size and up to four numbers go into the log. */
#define BEGIN(needs, address, bytes, ...)                                         \
  static int slot_;                                                               \
  struct call call_;                                                              \
  CUresult refused_ = begin(&call_, &slot_, __func__, needs, (uint64_t)(address), \
                            (uint64_t)(bytes), (const int64_t[4]){__VA_ARGS__});  \
  if (refused_ != CUDA_SUCCESS) return finish(&call_, refused_)
#define END(result) return finish(&call_, result)
#define REQUIRE(condition, code) \
  if (!(condition)) END(code)

/* ---- allocations and their runs ----------------------------------------------------------- */

/* How many allocations start at or below the address. */
static size_t started_by(uint64_t address) {
  size_t low = 0, high = allocation_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (allocations[middle].address <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static struct allocation *allocation_at(uint64_t address) {
  size_t index = started_by(address);
  if (index == 0) return NULL;
  struct allocation *found = &allocations[index - 1];
  return address - found->address < found->bytes ? found : NULL;
}

static struct allocation *allocation_from(uint64_t address) {
  struct allocation *found = allocation_at(address);
  return found != NULL && found->address == address ? found : NULL;
}

static uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

static void *map_aligned(uint64_t bytes, uint64_t alignment) {
  if (alignment == PAGE) {
    void *plain = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return plain == MAP_FAILED ? NULL : plain;
  }
  uint64_t room = bytes + alignment;
  char *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return NULL;
  char *aligned = (char *)round_up((uint64_t)start, alignment);
  if (aligned > start) munmap(start, (size_t)(aligned - start));
  char *end = aligned + bytes;
  if (start + room > end) munmap(end, (size_t)(start + room - end));
  if (mprotect(aligned, bytes, PROT_READ | PROT_WRITE) != 0) {
    munmap(aligned, bytes);
    return NULL;
  }
  return aligned;
}

static CUresult allocate(uint64_t bytes, int kind, unsigned flags, uint64_t *address) {
  if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
  if (bytes > 1UL << 46) return CUDA_ERROR_OUT_OF_MEMORY;
  int device = current_context()->device;
  uint64_t unit = kind == KIND_MANAGED && bytes < BLOCK ? PAGE : BLOCK;
  uint64_t mapped = round_up(bytes, unit);
  if (kind == KIND_DEVICE
      && bytes > (uint64_t)configuration.total_bytes - plain_bytes[device]) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  struct run *runs = NULL;
  if (kind == KIND_MANAGED && (runs = calloc(1, sizeof *runs)) == NULL) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  if (allocation_count == allocation_capacity) {
    size_t capacity = allocation_capacity == 0 ? 64 : 2 * allocation_capacity;
    struct allocation *grown = realloc(allocations, capacity * sizeof *grown);
    if (grown == NULL) {
      free(runs);
      return CUDA_ERROR_OUT_OF_MEMORY;
    }
    allocations = grown;
    allocation_capacity = capacity;
  }
  void *start = map_aligned(mapped, unit);
  if (start == NULL) {
    free(runs);
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
  if (runs != NULL) {
    runs->start = (uint64_t)start;
    runs->end = (uint64_t)start + mapped;
  }
  size_t index = started_by((uint64_t)start);
  memmove(&allocations[index + 1], &allocations[index],
          (allocation_count - index) * sizeof *allocations);
  allocations[index] = (struct allocation){
      (uint64_t)start, bytes, mapped, kind, device, flags, next_allocation_id++, runs};
  allocation_count++;
  if (kind == KIND_DEVICE) plain_bytes[device] += bytes;
  *address = (uint64_t)start;
  return CUDA_SUCCESS;
}

static void release(struct allocation *allocation) {
  for (struct run *run = allocation->runs; run != NULL;) {
    struct run *next = run->next;
    free(run);
    run = next;
  }
  if (allocation->kind == KIND_DEVICE) plain_bytes[allocation->device] -= allocation->bytes;
  munmap((void *)allocation->address, allocation->mapped);
  size_t index = (size_t)(allocation - allocations);
  memmove(allocation, allocation + 1, (allocation_count - index - 1) * sizeof *allocations);
  allocation_count--;
}

static int same_location(CUmemLocation a, CUmemLocation b) {
  return a.type == b.type && a.id == b.id;
}

static void split(struct allocation *allocation, uint64_t at) {
  for (struct run *run = allocation->runs; run != NULL; run = run->next) {
    if (run->start < at && at < run->end) {
      struct run *rest = malloc(sizeof *rest);
      if (rest == NULL) abort();
      *rest = *run;
      rest->start = at;
      run->end = at;
      run->next = rest;
      return;
    }
  }
}

static void join_equal(struct allocation *allocation) {
  for (struct run *run = allocation->runs; run != NULL && run->next != NULL;) {
    struct run *next = run->next;
    if (run->read_mostly == next->read_mostly && run->accessed_by == next->accessed_by
        && same_location(run->preferred, next->preferred)
        && same_location(run->last_prefetch, next->last_prefetch)) {
      run->end = next->end;
      run->next = next->next;
      free(next);
    } else {
      run = next;
    }
  }
}

/* Whether all of the bytes are managed memory, of one or several allocations side by side. */
static int all_managed(uint64_t address, uint64_t bytes) {
  if (bytes == 0 || address + bytes < address) return 0;
  for (uint64_t at = address; at < address + bytes;) {
    struct allocation *allocation = allocation_at(at);
    if (allocation == NULL || allocation->kind != KIND_MANAGED) return 0;
    uint64_t end = allocation->address + allocation->bytes;
    at = end >= address + bytes ? end : allocation->address + allocation->mapped;
  }
  return 1;
}

/* What may be done to the policy of pages. */
enum { CHANGE_ADVICE, CHANGE_PREFETCH };

static uint64_t accessor_bit(CUmemLocation location) {
  return location.type == AT_DEVICE ? 2UL << location.id : 1UL;
}

static void change_run(struct run *run, int change, int advice, CUmemLocation location) {
  if (change == CHANGE_PREFETCH) {
    run->last_prefetch = location;
    return;
  }
  switch (advice) {
    case SET_READ_MOSTLY: run->read_mostly = 1; break;
    case UNSET_READ_MOSTLY: run->read_mostly = 0; break;
    case SET_PREFERRED: run->preferred = location; break;
    case UNSET_PREFERRED: run->preferred = (CUmemLocation){AT_NOWHERE, 0}; break;
    case SET_ACCESSED_BY: run->accessed_by |= accessor_bit(location); break;
    case UNSET_ACCESSED_BY: run->accessed_by &= ~accessor_bit(location); break;
  }
}

static void change(uint64_t address, uint64_t bytes, int what, int advice, CUmemLocation location) {
  uint64_t start = address / PAGE * PAGE, end = round_up(address + bytes, PAGE);
  for (uint64_t at = start; at < end;) {
    struct allocation *allocation = allocation_at(at);
    if (allocation == NULL) return;
    split(allocation, start);
    split(allocation, end);
    for (struct run *run = allocation->runs; run != NULL; run = run->next) {
      if (run->start >= start && run->end <= end) change_run(run, what, advice, location);
    }
    join_equal(allocation);
    at = allocation->address + allocation->mapped;
  }
}

/* What all of the bytes have in common. */
static struct run in_common(uint64_t address, uint64_t bytes) {
  struct run common = {0};
  int first = 1;
  for (uint64_t at = address; at < address + bytes;) {
    struct allocation *allocation = allocation_at(at);
    if (allocation == NULL) break;
    for (struct run *run = allocation->runs; run != NULL; run = run->next) {
      if (run->end <= address || run->start >= address + bytes) continue;
      if (first) {
        common = *run;
        first = 0;
        continue;
      }
      common.read_mostly &= run->read_mostly;
      common.accessed_by &= run->accessed_by;
      if (!same_location(common.preferred, run->preferred)) {
        common.preferred = (CUmemLocation){AT_NOWHERE, 0};
      }
      if (!same_location(common.last_prefetch, run->last_prefetch)) {
        common.last_prefetch = (CUmemLocation){AT_NOWHERE, 0};
      }
    }
    at = allocation->address + allocation->mapped;
  }
  return common;
}

/* Whether a location exists, its id made canonical where CUDA ignores it. */
static CUresult check_location(CUmemLocation *location) {
  switch (location->type) {
    case AT_DEVICE:
      if (location->id < 0 || location->id >= configuration.device_count
          || !configuration.concurrent_managed_access) {
        return CUDA_ERROR_INVALID_DEVICE;
      }
      return CUDA_SUCCESS;
    case AT_HOST:
      location->id = 0;
      return CUDA_SUCCESS;
    case AT_HOST_NODE:
      return location->id >= 0 && location->id < configuration.numa_nodes
                 ? CUDA_SUCCESS
                 : CUDA_ERROR_INVALID_VALUE;
    case AT_HOST_NODE_CURRENT:
      *location = (CUmemLocation){AT_HOST_NODE, 0};
      return CUDA_SUCCESS;
    default:
      return CUDA_ERROR_INVALID_VALUE;
  }
}

static CUmemLocation location_of(CUdevice device) {
  return device == DEVICE_CPU ? (CUmemLocation){AT_HOST, 0} : (CUmemLocation){AT_DEVICE, device};
}

static int device_of(CUmemLocation location) {
  return location.type == AT_DEVICE ? location.id
         : location.type == AT_HOST ? DEVICE_CPU
                                    : DEVICE_INVALID;
}

static CUresult check_stream(CUstream stream) {
  if ((uintptr_t)stream <= 2) return CUDA_SUCCESS;
  for (struct stream *known = streams; known != NULL; known = known->next) {
    if (known == stream) return known->live ? CUDA_SUCCESS : CUDA_ERROR_CONTEXT_IS_DESTROYED;
  }
  return CUDA_ERROR_INVALID_HANDLE;
}

static struct event *live_event(CUevent event) {
  for (struct event *known = events; known != NULL; known = known->next) {
    if (known == event) return known->live ? known : NULL;
  }
  return NULL;
}

/* Whoever waits for a stream finds the events recorded in it finished; for NULL, all events. */
static void finish_events(CUstream stream) {
  for (struct event *event = events; event != NULL; event = event->next) {
    if (stream == NULL || event->stream == stream) event->not_ready_left = 0;
  }
}

#define CHECK(expression)                          \
  do {                                             \
    CUresult checked_ = (expression);              \
    if (checked_ != CUDA_SUCCESS) END(checked_);   \
  } while (0)

/* ---- initialisation and devices ----------------------------------------------------------- */

static int64_t *field(size_t index) {
  return (int64_t *)((char *)&configuration + keys[index].offset);
}

static void add_failure(const char *name, uint64_t nth, int code) {
  for (int i = 0; i < MOST_PLANNED; i++) {
    if (planned[i].nth == 0) {
      snprintf(planned[i].name, sizeof planned[i].name, "%s", name);
      planned[i].nth = nth;
      planned[i].code = code;
      return;
    }
  }
}

static void add_hidden(const char *name, size_t length) {
  if (hidden_count < MOST_HIDDEN && length > 0 && length < sizeof hidden[0]) {
    memcpy(hidden[hidden_count], name, length);
    hidden[hidden_count++][length] = 0;
  }
}

static void configure_from_environment(void) {
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char variable[80] = "SPILLWAY_STUB_";
    size_t prefix = strlen(variable);
    for (size_t j = 0; keys[i].key[j] != 0; j++) {
      char c = keys[i].key[j];
      variable[prefix + j] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      variable[prefix + j + 1] = 0;
    }
    const char *text = getenv(variable);
    *field(i) = text != NULL && *text != 0 ? strtoll(text, NULL, 0) : keys[i].value;
  }
  const char *hide = getenv("SPILLWAY_STUB_HIDE");
  while (hide != NULL && *hide != 0) {
    size_t length = strcspn(hide, ",");
    add_hidden(hide, length);
    hide += length + (hide[length] == ',');
  }
  const char *fail = getenv("SPILLWAY_STUB_FAIL");
  while (fail != NULL && *fail != 0) {
    char name[64];
    unsigned long nth;
    int code, used = 0;
    if (sscanf(fail, "%63[^:]:%lu:%d%n", name, &nth, &code, &used) != 3) break;
    add_failure(name, nth, code);
    fail += used + (fail[used] == ',');
  }
}

__attribute__((constructor)) static void load(void) { configure_from_environment(); }

static int device_exists(CUdevice device) {
  return device >= 0 && device < configuration.device_count && device < MOST_DEVICES;
}

CUresult cuInit(unsigned flags) {
  BEGIN(FREE_OF_STATE, 0, 0, flags);
  REQUIRE(flags == 0, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(configuration.device_count > 0, CUDA_ERROR_NO_DEVICE);
  initialized = 1;
  END(CUDA_SUCCESS);
}

CUresult cuDriverGetVersion(int *version) {
  BEGIN(FREE_OF_STATE, 0, 0, 0);
  REQUIRE(version != NULL, CUDA_ERROR_INVALID_VALUE);
  *version = (int)configuration.cuda_version;
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  BEGIN(NEEDS_INIT, 0, 0, ordinal);
  REQUIRE(device != NULL, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(ordinal), CUDA_ERROR_INVALID_DEVICE);
  *device = ordinal;
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGetCount(int *count) {
  BEGIN(NEEDS_INIT, 0, 0, 0);
  REQUIRE(count != NULL, CUDA_ERROR_INVALID_VALUE);
  *count = (int)configuration.device_count;
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(name != NULL && length > 0, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  snprintf(name, (size_t)length, "Stub GPU %d", device);
  END(CUDA_SUCCESS);
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(bytes != NULL, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  *bytes = (size_t)configuration.total_bytes;
  END(CUDA_SUCCESS);
}

static int attribute_value(int attribute, CUdevice device) {
  switch (attribute) {
    case 1: return 1024;                                       /* max threads per block */
    case 2: case 3: return 1024;                               /* max block dimensions x, y */
    case 4: return 64;                                         /* max block dimension z */
    case 5: return INT32_MAX;                                  /* max grid dimension x */
    case 6: case 7: return 65535;                              /* max grid dimensions y, z */
    case 10: return 32;                                        /* warp size */
    case 13: return 1980000;                                   /* clock rate, kHz */
    case 16: return 132;                                       /* multiprocessors */
    case 19: return 1;                                         /* can map host memory */
    case 33: return device + 1;                                /* PCI bus */
    case 36: return 3201000;                                   /* memory clock rate, kHz */
    case 37: return 6144;                                      /* memory bus width, bits */
    case 38: return 50 << 20;                                  /* L2 cache */
    case 39: return 2048;                                      /* threads per multiprocessor */
    case 40: return 3;                                         /* copy engines */
    case 41: return 1;                                         /* unified addressing */
    case 75: return (int)configuration.compute_major;
    case 76: return (int)configuration.compute_minor;
    case 83: return (int)configuration.managed_memory;
    case 88: return (int)configuration.pageable_memory_access;
    case 89: return (int)configuration.concurrent_managed_access;
    case 99: return 1;                                         /* host register supported */
    case 134: return configuration.numa_nodes > 0 ? 0 : -1;    /* nearest host NUMA node */
    default: return 0;
  }
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, attribute, device);
  REQUIRE(value != NULL && attribute > 0 && attribute < ATTRIBUTES, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  *value = attribute_overrides[attribute].set ? attribute_overrides[attribute].value
                                              : attribute_value(attribute, device);
  END(CUDA_SUCCESS);
}

CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  *major = (int)configuration.compute_major;
  *minor = (int)configuration.compute_minor;
  END(CUDA_SUCCESS);
}

static void write_uuid(CUuuid *uuid, CUdevice device) {
  memcpy(uuid->bytes, "spillway stub \0", 16);
  uuid->bytes[15] = (unsigned char)device;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  write_uuid(uuid, device);
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  write_uuid(uuid, device);
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGetPCIBusId(char *text, int length, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(text != NULL && length > 12, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  snprintf(text, (size_t)length, "0000:%02X:00.0", (unsigned)device + 1);
  END(CUDA_SUCCESS);
}

CUresult cuDeviceGetByPCIBusId(CUdevice *device, const char *text) {
  BEGIN(NEEDS_INIT, 0, 0, 0);
  unsigned bus;
  REQUIRE(sscanf(text, "0000:%02X:00.0", &bus) == 1 && device_exists((int)bus - 1),
          CUDA_ERROR_INVALID_VALUE);
  *device = (int)bus - 1;
  END(CUDA_SUCCESS);
}

CUresult cuDeviceCanAccessPeer(int *can, CUdevice device, CUdevice peer) {
  BEGIN(NEEDS_INIT, 0, 0, device, peer);
  REQUIRE(device_exists(device) && device_exists(peer), CUDA_ERROR_INVALID_DEVICE);
  *can = device != peer;
  END(CUDA_SUCCESS);
}

/* ---- contexts ----------------------------------------------------------------------------- */

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(context != NULL, CUDA_ERROR_INVALID_VALUE);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  struct context *primary = &primaries[device];
  primary->device = device;
  primary->primary = 1;
  primary->live = 1;
  primary->retained++;
  *context = primary;
  END(CUDA_SUCCESS);
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  REQUIRE(primaries[device].retained > 0, CUDA_ERROR_INVALID_CONTEXT);
  if (--primaries[device].retained == 0) primaries[device].live = 0;
  END(CUDA_SUCCESS);
}

CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  primaries[device].live = 0;
  primaries[device].retained = 0;
  END(CUDA_SUCCESS);
}

CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice device, unsigned flags) {
  BEGIN(NEEDS_INIT, 0, 0, device, flags);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  primaries[device].flags = flags;
  END(CUDA_SUCCESS);
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
  BEGIN(NEEDS_INIT, 0, 0, device);
  REQUIRE(device_exists(device), CUDA_ERROR_INVALID_DEVICE);
  REQUIRE(flags != NULL && active != NULL, CUDA_ERROR_INVALID_VALUE);
  *flags = primaries[device].flags;
  *active = primaries[device].live;
  END(CUDA_SUCCESS);
}

static CUresult push(CUcontext context) {
  if (context_depth == (int)(sizeof context_stack / sizeof *context_stack)) {
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  context_stack[context_depth++] = context;
  return CUDA_SUCCESS;
}

static CUresult create_context(CUcontext *context, unsigned flags, CUdevice device) {
  if (context == NULL) return CUDA_ERROR_INVALID_VALUE;
  if (!device_exists(device)) return CUDA_ERROR_INVALID_DEVICE;
  struct context *created = calloc(1, sizeof *created); /* kept for good: others may hold it */
  if (created == NULL) return CUDA_ERROR_OUT_OF_MEMORY;
  created->device = device;
  created->live = 1;
  created->flags = flags;
  created_contexts++;
  *context = created;
  return push(created);
}

CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device) {
  BEGIN(NEEDS_INIT, 0, 0, flags, device);
  END(create_context(context, flags, device));
}

CUresult cuCtxCreate_v3(
    CUcontext *context, void *affinity, int affinities, unsigned flags, CUdevice device) {
  BEGIN(NEEDS_INIT, affinity, 0, flags, device, affinities);
  END(create_context(context, flags, device));
}

CUresult cuCtxCreate_v4(CUcontext *context, void *parameters, unsigned flags, CUdevice device) {
  BEGIN(NEEDS_INIT, parameters, 0, flags, device);
  END(create_context(context, flags, device));
}

CUresult cuCtxDestroy_v2(CUcontext context) {
  BEGIN(NEEDS_INIT, context, 0, 0);
  REQUIRE(context != NULL && context->live && !context->primary, CUDA_ERROR_INVALID_CONTEXT);
  context->live = 0;
  created_contexts--;
  if (current_context() == context) context_depth--;
  END(CUDA_SUCCESS);
}

CUresult cuCtxGetCurrent(CUcontext *context) {
  if (configuration.idle) {
    *context = current_context();
    return CUDA_SUCCESS;
  }
  BEGIN(NEEDS_INIT, 0, 0, 0);
  REQUIRE(context != NULL, CUDA_ERROR_INVALID_VALUE);
  *context = current_context();
  END(CUDA_SUCCESS);
}

CUresult cuCtxSetCurrent(CUcontext context) {
  BEGIN(NEEDS_INIT, context, 0, 0);
  REQUIRE(context == NULL || context->live, CUDA_ERROR_INVALID_CONTEXT);
  if (context == NULL) {
    if (context_depth > 0) context_depth--;
  } else if (context_depth > 0) {
    context_stack[context_depth - 1] = context;
  } else {
    CHECK(push(context));
  }
  END(CUDA_SUCCESS);
}

CUresult cuCtxPushCurrent_v2(CUcontext context) {
  BEGIN(NEEDS_INIT, context, 0, 0);
  REQUIRE(context != NULL && context->live, CUDA_ERROR_INVALID_CONTEXT);
  END(push(context));
}

CUresult cuCtxPopCurrent_v2(CUcontext *context) {
  BEGIN(NEEDS_INIT, 0, 0, 0);
  REQUIRE(context_depth > 0, CUDA_ERROR_INVALID_CONTEXT);
  CUcontext popped = context_stack[--context_depth];
  if (context != NULL) *context = popped;
  END(CUDA_SUCCESS);
}

CUresult cuCtxGetDevice(CUdevice *device) {
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  *device = current_context()->device;
  END(CUDA_SUCCESS);
}

CUresult cuCtxGetFlags(unsigned *flags) {
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  *flags = current_context()->flags;
  END(CUDA_SUCCESS);
}

CUresult cuCtxGetApiVersion(CUcontext context, unsigned *version) {
  BEGIN(NEEDS_INIT, context, 0, 0);
  *version = 3020;
  END(CUDA_SUCCESS);
}

CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  if (least != NULL) *least = 0;
  if (greatest != NULL) *greatest = -5;
  END(CUDA_SUCCESS);
}

CUresult cuCtxSynchronize(void) {
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  finish_events(NULL);
  END(CUDA_SUCCESS);
}

/* ---- allocation --------------------------------------------------------------------------- */

/* For benchmarks: the calls measured do nothing, and addresses are only numbers. */
static int idle(void) { return configuration.idle != 0; }

static CUdeviceptr idle_address(size_t bytes) {
  static _Atomic uint64_t next;
  return (1UL << 45) + (next += round_up(bytes, BLOCK)) % (1UL << 45);
}

CUresult cuMemGetInfo_v2(size_t *unused, size_t *total) {
  if (idle()) {
    *unused = *total = (size_t)configuration.total_bytes;
    return CUDA_SUCCESS;
  }
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  REQUIRE(unused != NULL && total != NULL, CUDA_ERROR_INVALID_VALUE);
  *unused = (size_t)configuration.total_bytes - plain_bytes[current_context()->device];
  *total = (size_t)configuration.total_bytes;
  END(CUDA_SUCCESS);
}

CUresult cuMemAlloc_v2(CUdeviceptr *pointer, size_t bytes) {
  if (idle()) {
    *pointer = idle_address(bytes);
    return CUDA_SUCCESS;
  }
  BEGIN(NEEDS_CONTEXT, 0, bytes, 0);
  REQUIRE(pointer != NULL, CUDA_ERROR_INVALID_VALUE);
  CHECK(allocate(bytes, KIND_DEVICE, 0, pointer));
  call_.address = *pointer;
  END(CUDA_SUCCESS);
}

CUresult cuMemAllocPitch_v2(
    CUdeviceptr *pointer, size_t *pitch, size_t width, size_t height, unsigned element) {
  BEGIN(NEEDS_CONTEXT, 0, width * height, width, height, element);
  REQUIRE(pointer != NULL && pitch != NULL, CUDA_ERROR_INVALID_VALUE);
  uint64_t row = round_up(width, 512);
  CHECK(allocate(row * height, KIND_DEVICE, 0, pointer));
  *pitch = row;
  call_.address = *pointer;
  END(CUDA_SUCCESS);
}

CUresult cuMemAllocManaged(CUdeviceptr *pointer, size_t bytes, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, 0, bytes, flags);
  REQUIRE(pointer != NULL && (flags == 1 || flags == 2), CUDA_ERROR_INVALID_VALUE);
  REQUIRE(configuration.managed_memory, CUDA_ERROR_NOT_SUPPORTED);
  CHECK(allocate(bytes, KIND_MANAGED, flags, pointer));
  call_.address = *pointer;
  END(CUDA_SUCCESS);
}

CUresult cuMemAllocAsync(CUdeviceptr *pointer, size_t bytes, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, 0, bytes, 0, 0, 0, (int64_t)stream);
  REQUIRE(pointer != NULL, CUDA_ERROR_INVALID_VALUE);
  CHECK(check_stream(stream));
  CHECK(allocate(bytes, KIND_DEVICE, 0, pointer));
  call_.address = *pointer;
  END(CUDA_SUCCESS);
}

static CUresult free_device_pointer(CUdeviceptr pointer) {
  if (pointer == 0) return CUDA_SUCCESS;
  struct allocation *allocation = allocation_from(pointer);
  if (allocation == NULL || allocation->kind == KIND_PINNED) return CUDA_ERROR_INVALID_VALUE;
  release(allocation);
  return CUDA_SUCCESS;
}

CUresult cuMemFree_v2(CUdeviceptr pointer) {
  if (idle()) return CUDA_SUCCESS;
  BEGIN(NEEDS_CONTEXT, pointer, 0, 0);
  END(free_device_pointer(pointer));
}

CUresult cuMemFreeAsync(CUdeviceptr pointer, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, pointer, 0, 0, 0, 0, (int64_t)stream);
  CHECK(check_stream(stream));
  END(free_device_pointer(pointer));
}

CUresult cuMemHostAlloc(void **pointer, size_t bytes, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, 0, bytes, flags);
  REQUIRE(pointer != NULL && flags <= 7, CUDA_ERROR_INVALID_VALUE);
  uint64_t address;
  CHECK(allocate(bytes, KIND_PINNED, flags, &address));
  *pointer = (void *)address;
  call_.address = address;
  END(CUDA_SUCCESS);
}

CUresult cuMemAllocHost_v2(void **pointer, size_t bytes) {
  BEGIN(NEEDS_CONTEXT, 0, bytes, 0);
  REQUIRE(pointer != NULL, CUDA_ERROR_INVALID_VALUE);
  uint64_t address;
  CHECK(allocate(bytes, KIND_PINNED, 0, &address));
  *pointer = (void *)address;
  call_.address = address;
  END(CUDA_SUCCESS);
}

CUresult cuMemFreeHost(void *pointer) {
  BEGIN(NEEDS_CONTEXT, pointer, 0, 0);
  struct allocation *allocation = allocation_from((uint64_t)pointer);
  REQUIRE(allocation != NULL && allocation->kind == KIND_PINNED, CUDA_ERROR_INVALID_VALUE);
  release(allocation);
  END(CUDA_SUCCESS);
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *device, void *host, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, host, 0, flags);
  struct allocation *allocation = allocation_at((uint64_t)host);
  REQUIRE(device != NULL && flags == 0 && allocation != NULL && allocation->kind == KIND_PINNED,
          CUDA_ERROR_INVALID_VALUE);
  *device = (uint64_t)host;
  END(CUDA_SUCCESS);
}

CUresult cuMemHostGetFlags(unsigned *flags, void *host) {
  BEGIN(NEEDS_CONTEXT, host, 0, 0);
  struct allocation *allocation = allocation_at((uint64_t)host);
  REQUIRE(allocation != NULL && allocation->kind == KIND_PINNED, CUDA_ERROR_INVALID_VALUE);
  *flags = allocation->flags;
  END(CUDA_SUCCESS);
}

CUresult cuMemGetAddressRange_v2(CUdeviceptr *base, size_t *bytes, CUdeviceptr pointer) {
  BEGIN(NEEDS_CONTEXT, pointer, 0, 0);
  struct allocation *allocation = allocation_at(pointer);
  REQUIRE(allocation != NULL, CUDA_ERROR_NOT_FOUND);
  if (base != NULL) *base = allocation->address;
  if (bytes != NULL) *bytes = allocation->bytes;
  END(CUDA_SUCCESS);
}

/* Writes one attribute of a pointer; of an unknown pointer, zeros of the right width. */
static CUresult pointer_attribute(
    void *data, int attribute, const struct allocation *allocation, uint64_t pointer) {
  int host = allocation != NULL && allocation->kind != KIND_DEVICE;
  switch (attribute) {
    case 1: *(void **)data = allocation != NULL ? &primaries[allocation->device] : NULL; break;
    case 2: *(int *)data = allocation == NULL ? 0 : allocation->kind == KIND_PINNED ? 1 : 2; break;
    case 3: *(uint64_t *)data = allocation != NULL ? pointer : 0; break;
    case 4:
      if (allocation != NULL && !host) return CUDA_ERROR_INVALID_VALUE;
      *(uint64_t *)data = host ? pointer : 0;
      break;
    case 7: *(uint64_t *)data = allocation != NULL ? allocation->id : 0; break;
    case 8: *(char *)data = allocation != NULL && allocation->kind == KIND_MANAGED; break;
    case 9: *(int *)data = allocation != NULL ? allocation->device : DEVICE_INVALID; break;
    case 11: *(uint64_t *)data = allocation != NULL ? allocation->address : 0; break;
    case 12: *(uint64_t *)data = allocation != NULL ? allocation->bytes : 0; break;
    case 13: *(char *)data = allocation != NULL; break;
    default: return CUDA_ERROR_NOT_SUPPORTED;
  }
  return CUDA_SUCCESS;
}

CUresult cuPointerGetAttribute(void *data, int attribute, CUdeviceptr pointer) {
  BEGIN(NEEDS_CONTEXT, pointer, 0, attribute);
  struct allocation *allocation = allocation_at(pointer);
  REQUIRE(data != NULL && allocation != NULL, CUDA_ERROR_INVALID_VALUE);
  END(pointer_attribute(data, attribute, allocation, pointer));
}

CUresult cuPointerGetAttributes(
    unsigned count, const int *attributes, void **data, CUdeviceptr pointer) {
  BEGIN(NEEDS_CONTEXT, pointer, 0, count);
  REQUIRE(attributes != NULL && data != NULL, CUDA_ERROR_INVALID_VALUE);
  for (unsigned i = 0; i < count; i++) {
    CHECK(pointer_attribute(data[i], attributes[i], allocation_at(pointer), pointer));
  }
  END(CUDA_SUCCESS);
}

/* ---- advice, prefetch, discard ------------------------------------------------------------ */

static CUresult advise(uint64_t address, uint64_t bytes, int advice, CUmemLocation location) {
  if (!all_managed(address, bytes) || advice < SET_READ_MOSTLY || advice > UNSET_ACCESSED_BY) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  int ignored = advice == SET_READ_MOSTLY || advice == UNSET_READ_MOSTLY
                || advice == UNSET_PREFERRED;
  if (!ignored) {
    if ((advice == SET_ACCESSED_BY || advice == UNSET_ACCESSED_BY)
        && location.type != AT_DEVICE && location.type != AT_HOST) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    CUresult result = check_location(&location);
    if (result != CUDA_SUCCESS) return result;
  }
  change(address, bytes, CHANGE_ADVICE, advice, location);
  return CUDA_SUCCESS;
}

CUresult cuMemAdvise(CUdeviceptr pointer, size_t bytes, int advice, CUdevice device) {
  CUmemLocation location = location_of(device);
  BEGIN(NEEDS_CONTEXT, pointer, bytes, advice, location.type, location.id);
  END(advise(pointer, bytes, advice, location));
}

CUresult cuMemAdvise_v2(CUdeviceptr pointer, size_t bytes, int advice, CUmemLocation location) {
  BEGIN(NEEDS_CONTEXT, pointer, bytes, advice, location.type, location.id);
  END(advise(pointer, bytes, advice, location));
}

static CUresult check_prefetch(
    uint64_t address, uint64_t bytes, CUmemLocation *location, CUstream stream) {
  if (!all_managed(address, bytes)) return CUDA_ERROR_INVALID_VALUE;
  CUresult result = check_location(location);
  if (result != CUDA_SUCCESS) return result;
  return check_stream(stream);
}

CUresult cuMemPrefetchAsync(CUdeviceptr pointer, size_t bytes, CUdevice device, CUstream stream) {
  CUmemLocation location = location_of(device);
  BEGIN(NEEDS_CONTEXT, pointer, bytes, 0, location.type, location.id, (int64_t)stream);
  CHECK(check_prefetch(pointer, bytes, &location, stream));
  change(pointer, bytes, CHANGE_PREFETCH, 0, location);
  END(CUDA_SUCCESS);
}

CUresult cuMemPrefetchAsync_v2(
    CUdeviceptr pointer, size_t bytes, CUmemLocation location, unsigned flags, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, pointer, bytes, flags, location.type, location.id, (int64_t)stream);
  REQUIRE(flags == 0, CUDA_ERROR_INVALID_VALUE);
  CHECK(check_prefetch(pointer, bytes, &location, stream));
  change(pointer, bytes, CHANGE_PREFETCH, 0, location);
  END(CUDA_SUCCESS);
}

static CUresult check_batch(
    const CUdeviceptr *pointers, const size_t *sizes, size_t count, unsigned long long flags,
    CUstream stream) {
  if (pointers == NULL || sizes == NULL || count == 0 || flags != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  /* As driver 580.159.04 answers on an H200, for NULL and CU_STREAM_LEGACY alike. */
  if ((uintptr_t)stream <= 1) return CUDA_ERROR_INVALID_VALUE;
  if (!configuration.concurrent_managed_access) return CUDA_ERROR_NOT_SUPPORTED;
  for (size_t i = 0; i < count; i++) {
    if (!all_managed(pointers[i], sizes[i])) return CUDA_ERROR_INVALID_VALUE;
  }
  return check_stream(stream);
}

static CUresult check_locations(
    CUmemLocation *locations, const size_t *indexes, size_t location_count, size_t count) {
  if (locations == NULL || indexes == NULL || location_count == 0 || location_count > count
      || indexes[0] != 0) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  for (size_t i = 0; i < location_count; i++) {
    if (indexes[i] >= count || (i > 0 && indexes[i] <= indexes[i - 1])) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    CUmemLocation location = locations[i];
    CUresult result = check_location(&location);
    if (result != CUDA_SUCCESS) return result;
  }
  return CUDA_SUCCESS;
}

static void prefetch_all(
    const CUdeviceptr *pointers, const size_t *sizes, size_t count, const CUmemLocation *locations,
    const size_t *indexes, size_t location_count) {
  size_t which = 0;
  for (size_t i = 0; i < count; i++) {
    if (which + 1 < location_count && indexes[which + 1] == i) which++;
    CUmemLocation location = locations[which];
    check_location(&location);
    change(pointers[i], sizes[i], CHANGE_PREFETCH, 0, location);
  }
}

/* Contents of whole pages are lost; the rest may be read stale, as CUDA allows. */
static void discard_all(const CUdeviceptr *pointers, const size_t *sizes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t start = round_up(pointers[i], PAGE);
    uint64_t end = (pointers[i] + sizes[i]) / PAGE * PAGE;
    if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
  }
}

static uint64_t sum(const size_t *sizes, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; sizes != NULL && i < count; i++) total += sizes[i];
  return total;
}

#define FIRST(array, count) ((array) != NULL && (count) > 0 ? (array)[0] : 0)

CUresult cuMemPrefetchBatchAsync(
    CUdeviceptr *pointers, size_t *sizes, size_t count, CUmemLocation *locations, size_t *indexes,
    size_t location_count, unsigned long long flags, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, FIRST(pointers, count), sum(sizes, count), (int64_t)count,
        locations != NULL ? locations->type : 0, locations != NULL ? locations->id : 0,
        (int64_t)stream);
  CHECK(check_batch(pointers, sizes, count, flags, stream));
  CHECK(check_locations(locations, indexes, location_count, count));
  prefetch_all(pointers, sizes, count, locations, indexes, location_count);
  END(CUDA_SUCCESS);
}

CUresult cuMemDiscardBatchAsync(
    CUdeviceptr *pointers, size_t *sizes, size_t count, unsigned long long flags,
    CUstream stream) {
  BEGIN(NEEDS_CONTEXT, FIRST(pointers, count), sum(sizes, count), (int64_t)count, 0, 0,
        (int64_t)stream);
  CHECK(check_batch(pointers, sizes, count, flags, stream));
  discard_all(pointers, sizes, count);
  END(CUDA_SUCCESS);
}

CUresult cuMemDiscardAndPrefetchBatchAsync(
    CUdeviceptr *pointers, size_t *sizes, size_t count, CUmemLocation *locations, size_t *indexes,
    size_t location_count, unsigned long long flags, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, FIRST(pointers, count), sum(sizes, count), (int64_t)count,
        locations != NULL ? locations->type : 0, locations != NULL ? locations->id : 0,
        (int64_t)stream);
  CHECK(check_batch(pointers, sizes, count, flags, stream));
  CHECK(check_locations(locations, indexes, location_count, count));
  discard_all(pointers, sizes, count);
  prefetch_all(pointers, sizes, count, locations, indexes, location_count);
  END(CUDA_SUCCESS);
}

static CUresult range_attribute(
    void *data, size_t size, int attribute, uint64_t address, uint64_t bytes) {
  if (data == NULL || !all_managed(address, bytes)) return CUDA_ERROR_INVALID_VALUE;
  int *values = data;
  if (attribute == 3 ? size == 0 || size % 4 != 0 : size != 4) return CUDA_ERROR_INVALID_VALUE;
  struct run common = in_common(address, bytes);
  switch (attribute) {
    case 1: values[0] = common.read_mostly; break;
    case 2: values[0] = device_of(common.preferred); break;
    case 3: {
      size_t written = 0;
      if (common.accessed_by & 1) values[written++] = DEVICE_CPU;
      for (int device = 0; device < MOST_DEVICES && written < size / 4; device++) {
        if (common.accessed_by & 2UL << device) values[written++] = device;
      }
      while (written < size / 4) values[written++] = DEVICE_INVALID;
      break;
    }
    case 4: values[0] = device_of(common.last_prefetch); break;
    case 5: values[0] = common.preferred.type; break;
    case 6: values[0] = common.preferred.id; break;
    case 7: values[0] = common.last_prefetch.type; break;
    case 8: values[0] = common.last_prefetch.id; break;
    default: return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}

CUresult cuMemRangeGetAttribute(
    void *data, size_t size, int attribute, CUdeviceptr pointer, size_t bytes) {
  BEGIN(NEEDS_CONTEXT, pointer, bytes, attribute);
  REQUIRE(attribute < 5 || configuration.cuda_version >= 12020, CUDA_ERROR_INVALID_VALUE);
  END(range_attribute(data, size, attribute, pointer, bytes));
}

CUresult cuMemRangeGetAttributes(
    void **data, size_t *sizes, int *attributes, size_t count, CUdeviceptr pointer, size_t bytes) {
  BEGIN(NEEDS_CONTEXT, pointer, bytes, (int64_t)count);
  REQUIRE(data != NULL && sizes != NULL && attributes != NULL && count > 0,
          CUDA_ERROR_INVALID_VALUE);
  for (size_t i = 0; i < count; i++) {
    REQUIRE(attributes[i] < 5 || configuration.cuda_version >= 12020, CUDA_ERROR_INVALID_VALUE);
    CHECK(range_attribute(data[i], sizes[i], attributes[i], pointer, bytes));
  }
  END(CUDA_SUCCESS);
}

/* ---- copies and fills --------------------------------------------------------------------- */

/* Whether the bytes are all inside one allocation. */
static int owned(uint64_t address, uint64_t bytes) {
  struct allocation *allocation = allocation_at(address);
  return allocation != NULL && bytes <= allocation->bytes - (address - allocation->address);
}

/* Whether the bytes are not in any allocation: pageable host memory, or nothing. */
static int foreign(uint64_t address, uint64_t bytes) {
  return address + bytes > address && allocation_at(address) == NULL
         && allocation_at(address + bytes - 1) == NULL;
}

/* Copies by the kernel, which notices what is not there where memmove would crash. */
static int copied_by_kernel(uint64_t to, uint64_t from, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes;) {
    struct iovec target = {(void *)(to + done), bytes - done};
    struct iovec source = {(void *)(from + done), bytes - done};
    ssize_t more = process_vm_readv(getpid(), &target, 1, &source, 1, 0);
    if (more <= 0) return 0;
    done += (uint64_t)more;
  }
  return 1;
}

/* Which sides of a copy may be pageable host memory. */
enum { NEITHER = 0, TARGET = 1, SOURCE = 2 };

static CUresult copy(
    uint64_t to, uint64_t from, uint64_t bytes, int pageable_sides, CUstream stream) {
  CUresult result = check_stream(stream);
  if (result != CUDA_SUCCESS || bytes == 0) return result;
  if (owned(to, bytes) && owned(from, bytes)) {
    memmove((void *)to, (const void *)from, bytes);
    return CUDA_SUCCESS;
  }
  int allowed = (owned(to, bytes) || ((pageable_sides & TARGET) && foreign(to, bytes)))
                && (owned(from, bytes) || ((pageable_sides & SOURCE) && foreign(from, bytes)));
  return allowed && copied_by_kernel(to, from, bytes) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

#define COPY(name, to_type, from_type, sides)                            \
  CUresult name(to_type to, from_type from, size_t bytes) {              \
    BEGIN(NEEDS_CONTEXT, to, bytes, (int64_t)from);                      \
    END(copy((uint64_t)to, (uint64_t)from, bytes, sides, NULL));         \
  }
#define COPY_ASYNC(name, to_type, from_type, sides)                           \
  CUresult name(to_type to, from_type from, size_t bytes, CUstream stream) {  \
    BEGIN(NEEDS_CONTEXT, to, bytes, (int64_t)from, 0, 0, (int64_t)stream);    \
    END(copy((uint64_t)to, (uint64_t)from, bytes, sides, stream));            \
  }

COPY(cuMemcpy, CUdeviceptr, CUdeviceptr, TARGET | SOURCE)
COPY(cuMemcpyHtoD_v2, CUdeviceptr, const void *, SOURCE)
COPY(cuMemcpyDtoH_v2, void *, CUdeviceptr, TARGET)
COPY(cuMemcpyDtoD_v2, CUdeviceptr, CUdeviceptr, NEITHER)
COPY_ASYNC(cuMemcpyAsync, CUdeviceptr, CUdeviceptr, TARGET | SOURCE)
COPY_ASYNC(cuMemcpyHtoDAsync_v2, CUdeviceptr, const void *, SOURCE)
COPY_ASYNC(cuMemcpyDtoHAsync_v2, void *, CUdeviceptr, TARGET)
COPY_ASYNC(cuMemcpyDtoDAsync_v2, CUdeviceptr, CUdeviceptr, NEITHER)

static CUresult fill(
    uint64_t address, unsigned value, uint64_t count, unsigned width, CUstream stream) {
  CUresult result = check_stream(stream);
  if (result != CUDA_SUCCESS || count == 0) return result;
  if (address % width != 0 || count > (1UL << 60) || !owned(address, count * width)) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  if (width == 1) {
    memset((void *)address, (int)value, count);
  } else {
    for (uint64_t i = 0; i < count; i++) memcpy((char *)address + i * width, &value, width);
  }
  return CUDA_SUCCESS;
}

#define FILL(name, type, width)                                      \
  CUresult name(CUdeviceptr pointer, type value, size_t count) {     \
    BEGIN(NEEDS_CONTEXT, pointer, count * (width), value);           \
    END(fill(pointer, value, count, width, NULL));                   \
  }
#define FILL_ASYNC(name, type, width)                                                \
  CUresult name(CUdeviceptr pointer, type value, size_t count, CUstream stream) {    \
    BEGIN(NEEDS_CONTEXT, pointer, count * (width), value, 0, 0, (int64_t)stream);    \
    END(fill(pointer, value, count, width, stream));                                 \
  }

FILL(cuMemsetD8_v2, unsigned char, 1)
FILL(cuMemsetD16_v2, unsigned short, 2)
FILL(cuMemsetD32_v2, unsigned, 4)
FILL_ASYNC(cuMemsetD8Async, unsigned char, 1)
FILL_ASYNC(cuMemsetD16Async, unsigned short, 2)
FILL_ASYNC(cuMemsetD32Async, unsigned, 4)

/* ---- streams and events ------------------------------------------------------------------- */

static CUresult create_stream(CUstream *stream, unsigned flags, int priority) {
  if (stream == NULL || flags > 1) return CUDA_ERROR_INVALID_VALUE;
  struct stream *created = calloc(1, sizeof *created);
  if (created == NULL) return CUDA_ERROR_OUT_OF_MEMORY;
  *created = (struct stream){1, flags, priority, current_context(), streams};
  streams = created;
  *stream = created;
  return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, 0, 0, flags);
  CHECK(create_stream(stream, flags, 0));
  call_.address = (uint64_t)*stream;
  END(CUDA_SUCCESS);
}

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority) {
  BEGIN(NEEDS_CONTEXT, 0, 0, flags, priority);
  CHECK(create_stream(stream, flags, priority));
  call_.address = (uint64_t)*stream;
  END(CUDA_SUCCESS);
}

CUresult cuStreamDestroy_v2(CUstream stream) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  REQUIRE((uintptr_t)stream > 2, CUDA_ERROR_INVALID_HANDLE);
  struct stream **link = &streams;
  while (*link != NULL && *link != stream) link = &(*link)->next;
  REQUIRE(*link != NULL, CUDA_ERROR_INVALID_HANDLE);
  struct stream *gone = *link;
  *link = gone->next;
  free(gone);
  END(CUDA_SUCCESS);
}

CUresult cuStreamSynchronize(CUstream stream) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  CHECK(check_stream(stream));
  finish_events(stream);
  END(CUDA_SUCCESS);
}

CUresult cuStreamQuery(CUstream stream) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  END(check_stream(stream));
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, stream, 0, (int64_t)event, flags);
  CHECK(check_stream(stream));
  REQUIRE(live_event(event) != NULL, CUDA_ERROR_INVALID_HANDLE);
  END(CUDA_SUCCESS);
}

CUresult cuStreamIsCapturing(CUstream stream, int *status) {
  if (idle()) {
    *status = configuration.streams_capturing != 0;
    return CUDA_SUCCESS;
  }
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  CHECK(check_stream(stream));
  *status = configuration.streams_capturing != 0;
  END(CUDA_SUCCESS);
}

CUresult cuThreadExchangeStreamCaptureMode(int *mode) {
  BEGIN(NEEDS_CONTEXT, 0, 0, mode == NULL ? -1 : *mode);
  REQUIRE(mode != NULL && *mode >= 0 && *mode <= 2, CUDA_ERROR_INVALID_VALUE);
  int before = capture_mode;
  capture_mode = *mode;
  *mode = before;
  END(CUDA_SUCCESS);
}

CUresult cuStreamGetFlags(CUstream stream, unsigned *flags) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  CHECK(check_stream(stream));
  *flags = (uintptr_t)stream > 2 ? ((struct stream *)stream)->flags : 0;
  END(CUDA_SUCCESS);
}

CUresult cuStreamGetPriority(CUstream stream, int *priority) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  CHECK(check_stream(stream));
  *priority = (uintptr_t)stream > 2 ? ((struct stream *)stream)->priority : 0;
  END(CUDA_SUCCESS);
}

CUresult cuStreamGetCtx(CUstream stream, CUcontext *context) {
  BEGIN(NEEDS_CONTEXT, stream, 0, 0);
  CHECK(check_stream(stream));
  *context = (uintptr_t)stream > 2 ? ((struct stream *)stream)->context : current_context();
  END(CUDA_SUCCESS);
}

CUresult cuStreamAttachMemAsync(CUstream stream, CUdeviceptr pointer, size_t bytes, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, pointer, bytes, flags, 0, 0, (int64_t)stream);
  CHECK(check_stream(stream));
  REQUIRE(all_managed(pointer, bytes == 0 ? 1 : bytes), CUDA_ERROR_INVALID_VALUE);
  END(CUDA_SUCCESS);
}

CUresult cuEventCreate(CUevent *event, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, 0, 0, flags);
  REQUIRE(event != NULL && flags <= 7, CUDA_ERROR_INVALID_VALUE);
  struct event *created = calloc(1, sizeof *created);
  REQUIRE(created != NULL, CUDA_ERROR_OUT_OF_MEMORY);
  created->live = 1;
  created->flags = flags;
  created->context = current_context();
  created->next = events;
  events = created;
  *event = created;
  call_.address = (uint64_t)created;
  END(CUDA_SUCCESS);
}

CUresult cuEventDestroy_v2(CUevent event) {
  BEGIN(NEEDS_CONTEXT, event, 0, 0);
  struct event **link = &events;
  while (*link != NULL && *link != event) link = &(*link)->next;
  REQUIRE(*link != NULL, CUDA_ERROR_INVALID_HANDLE);
  struct event *gone = *link;
  *link = gone->next;
  free(gone);
  END(CUDA_SUCCESS);
}

static CUresult record(CUevent event, CUstream stream) {
  CUresult result = check_stream(stream);
  if (result != CUDA_SUCCESS) return result;
  struct event *known = live_event(event);
  if (known == NULL) return CUDA_ERROR_INVALID_HANDLE;
  if ((uintptr_t)stream > 2 && ((struct stream *)stream)->context != known->context) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  known->recorded = 1;
  known->not_ready_left = configuration.event_not_ready_queries;
  known->stream = stream;
  clock_gettime(CLOCK_MONOTONIC, &known->when);
  return CUDA_SUCCESS;
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
  BEGIN(NEEDS_CONTEXT, event, 0, 0, 0, 0, (int64_t)stream);
  END(record(event, stream));
}

CUresult cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned flags) {
  BEGIN(NEEDS_CONTEXT, event, 0, flags, 0, 0, (int64_t)stream);
  END(record(event, stream));
}

CUresult cuEventQuery(CUevent event) {
  BEGIN(NEEDS_CONTEXT, event, 0, 0);
  struct event *known = live_event(event);
  REQUIRE(known != NULL, CUDA_ERROR_INVALID_HANDLE);
  if (known->recorded && known->not_ready_left > 0) {
    known->not_ready_left--;
    END(CUDA_ERROR_NOT_READY);
  }
  END(CUDA_SUCCESS);
}

CUresult cuEventSynchronize(CUevent event) {
  BEGIN(NEEDS_CONTEXT, event, 0, 0);
  struct event *known = live_event(event);
  REQUIRE(known != NULL, CUDA_ERROR_INVALID_HANDLE);
  known->not_ready_left = 0;
  END(CUDA_SUCCESS);
}

static CUresult elapsed(float *milliseconds, CUevent from, CUevent to) {
  struct event *start = live_event(from), *end = live_event(to);
  if (milliseconds == NULL || start == NULL || end == NULL || !start->recorded || !end->recorded
      || ((start->flags | end->flags) & EVENT_DISABLE_TIMING)) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  *milliseconds = (float)((double)(end->when.tv_sec - start->when.tv_sec) * 1e3
                          + (double)(end->when.tv_nsec - start->when.tv_nsec) / 1e6);
  return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent from, CUevent to) {
  BEGIN(NEEDS_CONTEXT, 0, 0, (int64_t)from, (int64_t)to);
  END(elapsed(milliseconds, from, to));
}

CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent from, CUevent to) {
  BEGIN(NEEDS_CONTEXT, 0, 0, (int64_t)from, (int64_t)to);
  END(elapsed(milliseconds, from, to));
}

/* ---- modules and launches, which are only written down ------------------------------------ */

static CUresult load_module(CUhandle *module) {
  struct module *loaded = calloc(1, sizeof *loaded);
  if (module == NULL || loaded == NULL) return CUDA_ERROR_INVALID_VALUE;
  loaded->live = 1;
  loaded->next = modules;
  modules = loaded;
  *module = loaded;
  return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUhandle *module, const void *image) {
  BEGIN(NEEDS_CONTEXT, image, 0, 0);
  REQUIRE(image != NULL, CUDA_ERROR_INVALID_VALUE);
  END(load_module(module));
}

CUresult cuModuleLoadDataEx(
    CUhandle *module, const void *image, unsigned count, int *options, void **values) {
  BEGIN(NEEDS_CONTEXT, image, 0, count, (int64_t)options, (int64_t)values);
  REQUIRE(image != NULL, CUDA_ERROR_INVALID_VALUE);
  END(load_module(module));
}

CUresult cuModuleLoad(CUhandle *module, const char *file) {
  BEGIN(NEEDS_CONTEXT, 0, 0, 0);
  REQUIRE(file != NULL, CUDA_ERROR_INVALID_VALUE);
  END(load_module(module));
}

CUresult cuModuleUnload(CUhandle module) {
  BEGIN(NEEDS_CONTEXT, module, 0, 0);
  for (struct module *known = modules; known != NULL; known = known->next) {
    if (known == module && known->live) {
      known->live = 0;
      END(CUDA_SUCCESS);
    }
  }
  END(CUDA_ERROR_INVALID_HANDLE);
}

CUresult cuModuleGetFunction(CUhandle *function, CUhandle module, const char *name) {
  BEGIN(NEEDS_CONTEXT, module, 0, 0);
  REQUIRE(function != NULL && name != NULL, CUDA_ERROR_INVALID_VALUE);
  *function = strdup(name); /* a function is its name; kept for good, as modules are */
  END(CUDA_SUCCESS);
}

/* A link's image says that it is machine code, and goes with it. */
static const unsigned char machine_code[64] = {0x7F, 'E', 'L', 'F'};

CUresult cuLinkCreate_v2(unsigned count, int *options, void **values, CUhandle *state) {
  BEGIN(NEEDS_CONTEXT, 0, 0, count, (int64_t)options, (int64_t)values);
  REQUIRE(state != NULL, CUDA_ERROR_INVALID_VALUE);
  *state = malloc(sizeof machine_code);
  REQUIRE(*state != NULL, CUDA_ERROR_OUT_OF_MEMORY);
  memset(*state, 0, sizeof machine_code);
  END(CUDA_SUCCESS);
}

CUresult cuLinkAddData_v2(
    CUhandle state, int type, void *data, size_t size, const char *name, unsigned count,
    int *options, void **values) {
  BEGIN(NEEDS_CONTEXT, data, size, type, count, (int64_t)options, (int64_t)values);
  (void)name;
  REQUIRE(state != NULL && data != NULL, CUDA_ERROR_INVALID_VALUE);
  END(CUDA_SUCCESS);
}

CUresult cuLinkAddFile_v2(
    CUhandle state, int type, const char *file, unsigned count, int *options, void **values) {
  BEGIN(NEEDS_CONTEXT, 0, 0, type, count, (int64_t)options, (int64_t)values);
  REQUIRE(state != NULL && file != NULL, CUDA_ERROR_INVALID_VALUE);
  END(CUDA_SUCCESS);
}

CUresult cuLinkComplete(CUhandle state, void **image, size_t *size) {
  BEGIN(NEEDS_CONTEXT, state, 0, 0);
  REQUIRE(state != NULL && image != NULL, CUDA_ERROR_INVALID_VALUE);
  memcpy(state, machine_code, sizeof machine_code);
  *image = state;
  if (size != NULL) *size = sizeof machine_code;
  END(CUDA_SUCCESS);
}

CUresult cuLinkDestroy(CUhandle state) {
  BEGIN(NEEDS_CONTEXT, state, 0, 0);
  REQUIRE(state != NULL, CUDA_ERROR_INVALID_VALUE);
  free(state);
  END(CUDA_SUCCESS);
}

CUresult cuLaunchKernel(
    CUhandle function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared_bytes, CUstream stream, void **parameters,
    void **extra) {
  if (idle()) return CUDA_SUCCESS;
  BEGIN(NEEDS_CONTEXT, function, 0, (int64_t)grid_x * grid_y * grid_z,
        (int64_t)block_x * block_y * block_z, shared_bytes, (int64_t)stream);
  (void)parameters;
  (void)extra;
  CHECK(check_stream(stream));
  END(CUDA_SUCCESS);
}

CUresult cuLaunchHostFunc(CUstream stream, void (*function)(void *), void *data) {
  static int slot;
  struct call call;
  const int64_t extra[4] = {0, 0, 0, (int64_t)stream};
  CUresult result = begin(&call, &slot, __func__, NEEDS_CONTEXT, 0, 0, extra);
  if (result == CUDA_SUCCESS) result = check_stream(stream);
  finish(&call, result);
  if (result == CUDA_SUCCESS) function(data);
  return result;
}

/* ---- errors ------------------------------------------------------------------------------- */

CUresult cuGetErrorName(CUresult error, const char **name) {
  BEGIN(FREE_OF_STATE, 0, 0, error);
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    if (statuses[i].code == error) {
      *name = statuses[i].name;
      END(CUDA_SUCCESS);
    }
  }
  *name = NULL;
  END(CUDA_ERROR_INVALID_VALUE);
}

CUresult cuGetErrorString(CUresult error, const char **text) {
  BEGIN(FREE_OF_STATE, 0, 0, error);
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    if (statuses[i].code == error) {
      *text = statuses[i].text;
      END(CUDA_SUCCESS);
    }
  }
  *text = NULL;
  END(CUDA_ERROR_INVALID_VALUE);
}

/* ---- what the rest of the API says: not supported ----------------------------------------- */

#define UNSUPPORTED(name)             \
  CUresult name(void) {               \
    BEGIN(FREE_OF_STATE, 0, 0, 0);    \
    END(CUDA_ERROR_NOT_SUPPORTED);    \
  }

UNSUPPORTED(cuArray3DCreate_v2)
UNSUPPORTED(cuArray3DGetDescriptor_v2)
UNSUPPORTED(cuArrayCreate_v2)
UNSUPPORTED(cuArrayDestroy)
UNSUPPORTED(cuArrayGetDescriptor_v2)
UNSUPPORTED(cuArrayGetMemoryRequirements)
UNSUPPORTED(cuArrayGetPlane)
UNSUPPORTED(cuArrayGetSparseProperties)
UNSUPPORTED(cuCtxAttach)
UNSUPPORTED(cuCtxDetach)
UNSUPPORTED(cuCtxDisablePeerAccess)
UNSUPPORTED(cuCtxEnablePeerAccess)
UNSUPPORTED(cuCtxGetCacheConfig)
UNSUPPORTED(cuCtxGetId)
UNSUPPORTED(cuCtxGetLimit)
UNSUPPORTED(cuCtxGetSharedMemConfig)
UNSUPPORTED(cuCtxSetCacheConfig)
UNSUPPORTED(cuCtxSetLimit)
UNSUPPORTED(cuCtxSetSharedMemConfig)
UNSUPPORTED(cuDeviceGetP2PAttribute)
UNSUPPORTED(cuDeviceGetProperties)
UNSUPPORTED(cuDeviceGetTexture1DLinearMaxWidth)
UNSUPPORTED(cuFuncGetAttribute)
UNSUPPORTED(cuFuncGetModule)
UNSUPPORTED(cuFuncSetAttribute)
UNSUPPORTED(cuFuncSetBlockShape)
UNSUPPORTED(cuFuncSetCacheConfig)
UNSUPPORTED(cuFuncSetSharedMemConfig)
UNSUPPORTED(cuFuncSetSharedSize)
UNSUPPORTED(cuGLCtxCreate_v2)
UNSUPPORTED(cuGLGetDevices_v2)
UNSUPPORTED(cuGLInit)
UNSUPPORTED(cuGLMapBufferObjectAsync_v2)
UNSUPPORTED(cuGLMapBufferObject_v2)
UNSUPPORTED(cuGLRegisterBufferObject)
UNSUPPORTED(cuGLSetBufferObjectMapFlags)
UNSUPPORTED(cuGLUnmapBufferObject)
UNSUPPORTED(cuGLUnmapBufferObjectAsync)
UNSUPPORTED(cuGLUnregisterBufferObject)
UNSUPPORTED(cuGraphAddChildGraphNode)
UNSUPPORTED(cuGraphAddDependencies)
UNSUPPORTED(cuGraphAddEmptyNode)
UNSUPPORTED(cuGraphAddEventRecordNode)
UNSUPPORTED(cuGraphAddEventWaitNode)
UNSUPPORTED(cuGraphAddHostNode)
UNSUPPORTED(cuGraphAddKernelNode_v2)
UNSUPPORTED(cuGraphAddMemcpyNode)
UNSUPPORTED(cuGraphAddMemsetNode)
UNSUPPORTED(cuGraphChildGraphNodeGetGraph)
UNSUPPORTED(cuGraphClone)
UNSUPPORTED(cuGraphCreate)
UNSUPPORTED(cuGraphDestroy)
UNSUPPORTED(cuGraphDestroyNode)
UNSUPPORTED(cuGraphEventRecordNodeGetEvent)
UNSUPPORTED(cuGraphEventRecordNodeSetEvent)
UNSUPPORTED(cuGraphEventWaitNodeGetEvent)
UNSUPPORTED(cuGraphEventWaitNodeSetEvent)
UNSUPPORTED(cuGraphExecChildGraphNodeSetParams)
UNSUPPORTED(cuGraphExecDestroy)
UNSUPPORTED(cuGraphExecEventRecordNodeSetEvent)
UNSUPPORTED(cuGraphExecEventWaitNodeSetEvent)
UNSUPPORTED(cuGraphExecHostNodeSetParams)
UNSUPPORTED(cuGraphExecKernelNodeSetParams_v2)
UNSUPPORTED(cuGraphExecMemcpyNodeSetParams)
UNSUPPORTED(cuGraphExecMemsetNodeSetParams)
UNSUPPORTED(cuGraphGetEdges)
UNSUPPORTED(cuGraphGetNodes)
UNSUPPORTED(cuGraphGetRootNodes)
UNSUPPORTED(cuGraphHostNodeGetParams)
UNSUPPORTED(cuGraphHostNodeSetParams)
UNSUPPORTED(cuGraphInstantiateWithFlags)
UNSUPPORTED(cuGraphKernelNodeCopyAttributes)
UNSUPPORTED(cuGraphKernelNodeGetAttribute)
UNSUPPORTED(cuGraphKernelNodeGetParams_v2)
UNSUPPORTED(cuGraphKernelNodeSetAttribute)
UNSUPPORTED(cuGraphKernelNodeSetParams_v2)
UNSUPPORTED(cuGraphLaunch)
UNSUPPORTED(cuGraphMemcpyNodeGetParams)
UNSUPPORTED(cuGraphMemcpyNodeSetParams)
UNSUPPORTED(cuGraphMemsetNodeGetParams)
UNSUPPORTED(cuGraphNodeFindInClone)
UNSUPPORTED(cuGraphNodeGetDependencies)
UNSUPPORTED(cuGraphNodeGetDependentNodes)
UNSUPPORTED(cuGraphNodeGetType)
UNSUPPORTED(cuGraphRemoveDependencies)
UNSUPPORTED(cuGraphUpload)
UNSUPPORTED(cuGraphicsGLRegisterBuffer)
UNSUPPORTED(cuGraphicsGLRegisterImage)
UNSUPPORTED(cuGraphicsMapResources)
UNSUPPORTED(cuGraphicsResourceGetMappedMipmappedArray)
UNSUPPORTED(cuGraphicsResourceGetMappedPointer_v2)
UNSUPPORTED(cuGraphicsResourceSetMapFlags_v2)
UNSUPPORTED(cuGraphicsSubResourceGetMappedArray)
UNSUPPORTED(cuGraphicsUnmapResources)
UNSUPPORTED(cuGraphicsUnregisterResource)
UNSUPPORTED(cuIpcCloseMemHandle)
UNSUPPORTED(cuIpcGetEventHandle)
UNSUPPORTED(cuIpcGetMemHandle)
UNSUPPORTED(cuIpcOpenEventHandle)
UNSUPPORTED(cuIpcOpenMemHandle_v2)
UNSUPPORTED(cuLaunch)
UNSUPPORTED(cuLaunchCooperativeKernel)
UNSUPPORTED(cuLaunchCooperativeKernelMultiDevice)
UNSUPPORTED(cuLaunchGrid)
UNSUPPORTED(cuLaunchGridAsync)
UNSUPPORTED(cuMemAddressFree)
UNSUPPORTED(cuMemAddressReserve)
UNSUPPORTED(cuMemAllocFromPoolAsync)
UNSUPPORTED(cuMemCreate)
UNSUPPORTED(cuMemExportToShareableHandle)
UNSUPPORTED(cuMemGetAccess)
UNSUPPORTED(cuMemGetAllocationGranularity)
UNSUPPORTED(cuMemGetAllocationPropertiesFromHandle)
UNSUPPORTED(cuMemHostRegister_v2)
UNSUPPORTED(cuMemHostUnregister)
UNSUPPORTED(cuMemImportFromShareableHandle)
UNSUPPORTED(cuMemMap)
UNSUPPORTED(cuMemPoolCreate)
UNSUPPORTED(cuMemPoolDestroy)
UNSUPPORTED(cuMemPoolTrimTo)
UNSUPPORTED(cuMemRelease)
UNSUPPORTED(cuMemRetainAllocationHandle)
UNSUPPORTED(cuMemSetAccess)
UNSUPPORTED(cuMemUnmap)
UNSUPPORTED(cuMemcpy2DAsync_v2)
UNSUPPORTED(cuMemcpy2DUnaligned_v2)
UNSUPPORTED(cuMemcpy2D_v2)
UNSUPPORTED(cuMemcpy3DAsync_v2)
UNSUPPORTED(cuMemcpy3DPeer)
UNSUPPORTED(cuMemcpy3DPeerAsync)
UNSUPPORTED(cuMemcpy3D_v2)
UNSUPPORTED(cuMemcpyAtoA_v2)
UNSUPPORTED(cuMemcpyAtoD_v2)
UNSUPPORTED(cuMemcpyAtoHAsync_v2)
UNSUPPORTED(cuMemcpyAtoH_v2)
UNSUPPORTED(cuMemcpyDtoA_v2)
UNSUPPORTED(cuMemcpyHtoAAsync_v2)
UNSUPPORTED(cuMemcpyHtoA_v2)
UNSUPPORTED(cuMemcpyPeer)
UNSUPPORTED(cuMemcpyPeerAsync)
UNSUPPORTED(cuMemsetD2D16Async)
UNSUPPORTED(cuMemsetD2D16_v2)
UNSUPPORTED(cuMemsetD2D32Async)
UNSUPPORTED(cuMemsetD2D32_v2)
UNSUPPORTED(cuMemsetD2D8Async)
UNSUPPORTED(cuMemsetD2D8_v2)
UNSUPPORTED(cuMipmappedArrayCreate)
UNSUPPORTED(cuMipmappedArrayDestroy)
UNSUPPORTED(cuMipmappedArrayGetLevel)
UNSUPPORTED(cuMipmappedArrayGetMemoryRequirements)
UNSUPPORTED(cuMipmappedArrayGetSparseProperties)
UNSUPPORTED(cuModuleGetGlobal_v2)
UNSUPPORTED(cuModuleGetLoadingMode)
UNSUPPORTED(cuModuleGetSurfRef)
UNSUPPORTED(cuModuleGetTexRef)
UNSUPPORTED(cuModuleLoadFatBinary)
UNSUPPORTED(cuOccupancyAvailableDynamicSMemPerBlock)
UNSUPPORTED(cuOccupancyMaxActiveBlocksPerMultiprocessor)
UNSUPPORTED(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags)
UNSUPPORTED(cuOccupancyMaxPotentialBlockSize)
UNSUPPORTED(cuOccupancyMaxPotentialBlockSizeWithFlags)
UNSUPPORTED(cuParamSetSize)
UNSUPPORTED(cuParamSetTexRef)
UNSUPPORTED(cuParamSetf)
UNSUPPORTED(cuParamSeti)
UNSUPPORTED(cuParamSetv)
UNSUPPORTED(cuPointerSetAttribute)
UNSUPPORTED(cuProfilerInitialize)
UNSUPPORTED(cuProfilerStart)
UNSUPPORTED(cuProfilerStop)
UNSUPPORTED(cuStreamAddCallback)
UNSUPPORTED(cuStreamBeginCapture_v2)
UNSUPPORTED(cuStreamCopyAttributes)
UNSUPPORTED(cuStreamEndCapture)
UNSUPPORTED(cuStreamGetAttribute)
UNSUPPORTED(cuStreamGetId)
UNSUPPORTED(cuStreamSetAttribute)
UNSUPPORTED(cuStreamWaitValue32_v2)
UNSUPPORTED(cuStreamWaitValue64_v2)
UNSUPPORTED(cuStreamWriteValue32_v2)
UNSUPPORTED(cuStreamWriteValue64_v2)
UNSUPPORTED(cuSurfObjectCreate)
UNSUPPORTED(cuSurfObjectDestroy)
UNSUPPORTED(cuSurfObjectGetResourceDesc)
UNSUPPORTED(cuSurfRefGetArray)
UNSUPPORTED(cuSurfRefSetArray)
UNSUPPORTED(cuTexObjectCreate)
UNSUPPORTED(cuTexObjectDestroy)
UNSUPPORTED(cuTexObjectGetResourceDesc)
UNSUPPORTED(cuTexObjectGetResourceViewDesc)
UNSUPPORTED(cuTexObjectGetTextureDesc)
UNSUPPORTED(cuTexRefCreate)
UNSUPPORTED(cuTexRefDestroy)
UNSUPPORTED(cuTexRefGetAddressMode)
UNSUPPORTED(cuTexRefGetAddress_v2)
UNSUPPORTED(cuTexRefGetArray)
UNSUPPORTED(cuTexRefGetBorderColor)
UNSUPPORTED(cuTexRefGetFilterMode)
UNSUPPORTED(cuTexRefGetFlags)
UNSUPPORTED(cuTexRefGetFormat)
UNSUPPORTED(cuTexRefGetMaxAnisotropy)
UNSUPPORTED(cuTexRefGetMipmapFilterMode)
UNSUPPORTED(cuTexRefGetMipmapLevelBias)
UNSUPPORTED(cuTexRefGetMipmapLevelClamp)
UNSUPPORTED(cuTexRefGetMipmappedArray)
UNSUPPORTED(cuTexRefSetAddress2D_v3)
UNSUPPORTED(cuTexRefSetAddressMode)
UNSUPPORTED(cuTexRefSetAddress_v2)
UNSUPPORTED(cuTexRefSetArray)
UNSUPPORTED(cuTexRefSetBorderColor)
UNSUPPORTED(cuTexRefSetFilterMode)
UNSUPPORTED(cuTexRefSetFlags)
UNSUPPORTED(cuTexRefSetFormat)
UNSUPPORTED(cuTexRefSetMaxAnisotropy)
UNSUPPORTED(cuTexRefSetMipmapFilterMode)
UNSUPPORTED(cuTexRefSetMipmapLevelBias)
UNSUPPORTED(cuTexRefSetMipmapLevelClamp)
UNSUPPORTED(cuTexRefSetMipmappedArray)

/* ---- version-1 names with the same ABI ---------------------------------------------------- */

#define ALIAS(name, target) __attribute__((alias(#target))) CUresult name()

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattribute-alias"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
ALIAS(cuDevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2);
ALIAS(cuDevicePrimaryCtxReset, cuDevicePrimaryCtxReset_v2);
ALIAS(cuDevicePrimaryCtxSetFlags, cuDevicePrimaryCtxSetFlags_v2);
ALIAS(cuCtxDestroy, cuCtxDestroy_v2);
ALIAS(cuCtxPushCurrent, cuCtxPushCurrent_v2);
ALIAS(cuCtxPopCurrent, cuCtxPopCurrent_v2);
ALIAS(cuStreamDestroy, cuStreamDestroy_v2);
ALIAS(cuEventDestroy, cuEventDestroy_v2);
#pragma GCC diagnostic pop

/* ---- symbol look-up ----------------------------------------------------------------------- */

CUresult cuGetProcAddress(const char *symbol, void **function, int version, uint64_t flags);
CUresult cuGetProcAddress_v2(
    const char *symbol, void **function, int version, uint64_t flags, int *status);

/* Base name, the CUDA version that brought this form, the symbol. A later row wins. */
#define SYMBOLS(X)                                                  \
  X(cuInit, 2000, cuInit)                                           \
  X(cuDriverGetVersion, 2020, cuDriverGetVersion)                   \
  X(cuDeviceGet, 2000, cuDeviceGet)                                 \
  X(cuDeviceGetCount, 2000, cuDeviceGetCount)                       \
  X(cuDeviceGetName, 2000, cuDeviceGetName)                         \
  X(cuDeviceTotalMem, 3020, cuDeviceTotalMem_v2)                    \
  X(cuDeviceGetAttribute, 2000, cuDeviceGetAttribute)               \
  X(cuDeviceComputeCapability, 2000, cuDeviceComputeCapability)     \
  X(cuDeviceGetUuid, 9020, cuDeviceGetUuid)                         \
  X(cuDeviceGetUuid, 11040, cuDeviceGetUuid_v2)                     \
  X(cuDeviceGetPCIBusId, 4010, cuDeviceGetPCIBusId)                 \
  X(cuDeviceGetByPCIBusId, 4010, cuDeviceGetByPCIBusId)             \
  X(cuDeviceCanAccessPeer, 4000, cuDeviceCanAccessPeer)             \
  X(cuDevicePrimaryCtxRetain, 7000, cuDevicePrimaryCtxRetain)       \
  X(cuDevicePrimaryCtxRelease, 11000, cuDevicePrimaryCtxRelease_v2) \
  X(cuDevicePrimaryCtxReset, 11000, cuDevicePrimaryCtxReset_v2)     \
  X(cuDevicePrimaryCtxSetFlags, 11000, cuDevicePrimaryCtxSetFlags_v2) \
  X(cuDevicePrimaryCtxGetState, 7000, cuDevicePrimaryCtxGetState)   \
  X(cuCtxCreate, 3020, cuCtxCreate_v2)                              \
  X(cuCtxCreate, 11040, cuCtxCreate_v3)                             \
  X(cuCtxCreate, 12050, cuCtxCreate_v4)                             \
  X(cuCtxDestroy, 4000, cuCtxDestroy_v2)                            \
  X(cuCtxGetCurrent, 4000, cuCtxGetCurrent)                         \
  X(cuCtxSetCurrent, 4000, cuCtxSetCurrent)                         \
  X(cuCtxPushCurrent, 4000, cuCtxPushCurrent_v2)                    \
  X(cuCtxPopCurrent, 4000, cuCtxPopCurrent_v2)                      \
  X(cuCtxGetDevice, 2000, cuCtxGetDevice)                           \
  X(cuCtxGetFlags, 7000, cuCtxGetFlags)                             \
  X(cuCtxGetApiVersion, 3020, cuCtxGetApiVersion)                   \
  X(cuCtxGetStreamPriorityRange, 5050, cuCtxGetStreamPriorityRange) \
  X(cuCtxSynchronize, 2000, cuCtxSynchronize)                       \
  X(cuMemGetInfo, 3020, cuMemGetInfo_v2)                            \
  X(cuMemAlloc, 3020, cuMemAlloc_v2)                                \
  X(cuMemAllocPitch, 3020, cuMemAllocPitch_v2)                      \
  X(cuMemAllocManaged, 6000, cuMemAllocManaged)                     \
  X(cuMemAllocAsync, 11020, cuMemAllocAsync)                        \
  X(cuMemFreeAsync, 11020, cuMemFreeAsync)                          \
  X(cuMemFree, 3020, cuMemFree_v2)                                  \
  X(cuMemHostAlloc, 2020, cuMemHostAlloc)                           \
  X(cuMemAllocHost, 3020, cuMemAllocHost_v2)                        \
  X(cuMemFreeHost, 2000, cuMemFreeHost)                             \
  X(cuMemHostGetDevicePointer, 3020, cuMemHostGetDevicePointer_v2)  \
  X(cuMemHostGetFlags, 2030, cuMemHostGetFlags)                     \
  X(cuMemGetAddressRange, 3020, cuMemGetAddressRange_v2)            \
  X(cuPointerGetAttribute, 4000, cuPointerGetAttribute)             \
  X(cuPointerGetAttributes, 7000, cuPointerGetAttributes)           \
  X(cuMemAdvise, 8000, cuMemAdvise)                                 \
  X(cuMemAdvise, 13000, cuMemAdvise_v2)                             \
  X(cuMemAdvise_v2, 12020, cuMemAdvise_v2)                          \
  X(cuMemPrefetchAsync, 8000, cuMemPrefetchAsync)                   \
  X(cuMemPrefetchAsync, 13000, cuMemPrefetchAsync_v2)               \
  X(cuMemPrefetchAsync_v2, 12020, cuMemPrefetchAsync_v2)            \
  X(cuMemPrefetchBatchAsync, 13000, cuMemPrefetchBatchAsync)        \
  X(cuMemDiscardBatchAsync, 13000, cuMemDiscardBatchAsync)          \
  X(cuMemDiscardAndPrefetchBatchAsync, 13000, cuMemDiscardAndPrefetchBatchAsync) \
  X(cuMemRangeGetAttribute, 8000, cuMemRangeGetAttribute)           \
  X(cuMemRangeGetAttributes, 8000, cuMemRangeGetAttributes)         \
  X(cuMemcpy, 4000, cuMemcpy)                                       \
  X(cuMemcpyAsync, 4000, cuMemcpyAsync)                             \
  X(cuMemcpyHtoD, 3020, cuMemcpyHtoD_v2)                            \
  X(cuMemcpyDtoH, 3020, cuMemcpyDtoH_v2)                            \
  X(cuMemcpyDtoD, 3020, cuMemcpyDtoD_v2)                            \
  X(cuMemcpyHtoDAsync, 3020, cuMemcpyHtoDAsync_v2)                  \
  X(cuMemcpyDtoHAsync, 3020, cuMemcpyDtoHAsync_v2)                  \
  X(cuMemcpyDtoDAsync, 3020, cuMemcpyDtoDAsync_v2)                  \
  X(cuMemsetD8, 3020, cuMemsetD8_v2)                                \
  X(cuMemsetD16, 3020, cuMemsetD16_v2)                              \
  X(cuMemsetD32, 3020, cuMemsetD32_v2)                              \
  X(cuMemsetD8Async, 3020, cuMemsetD8Async)                         \
  X(cuMemsetD16Async, 3020, cuMemsetD16Async)                       \
  X(cuMemsetD32Async, 3020, cuMemsetD32Async)                       \
  X(cuStreamCreate, 2000, cuStreamCreate)                           \
  X(cuStreamCreateWithPriority, 5050, cuStreamCreateWithPriority)   \
  X(cuStreamDestroy, 4000, cuStreamDestroy_v2)                      \
  X(cuStreamSynchronize, 2000, cuStreamSynchronize)                 \
  X(cuStreamQuery, 2000, cuStreamQuery)                             \
  X(cuStreamWaitEvent, 3020, cuStreamWaitEvent)                     \
  X(cuStreamIsCapturing, 10000, cuStreamIsCapturing)                \
  X(cuThreadExchangeStreamCaptureMode, 10010, cuThreadExchangeStreamCaptureMode) \
  X(cuStreamGetFlags, 5050, cuStreamGetFlags)                       \
  X(cuStreamGetPriority, 5050, cuStreamGetPriority)                 \
  X(cuStreamGetCtx, 9020, cuStreamGetCtx)                           \
  X(cuStreamAttachMemAsync, 6000, cuStreamAttachMemAsync)           \
  X(cuEventCreate, 2000, cuEventCreate)                             \
  X(cuEventDestroy, 4000, cuEventDestroy_v2)                        \
  X(cuEventRecord, 2000, cuEventRecord)                             \
  X(cuEventRecordWithFlags, 11010, cuEventRecordWithFlags)          \
  X(cuEventQuery, 2000, cuEventQuery)                               \
  X(cuEventSynchronize, 2000, cuEventSynchronize)                   \
  X(cuEventElapsedTime, 2000, cuEventElapsedTime)                   \
  X(cuEventElapsedTime, 12080, cuEventElapsedTime_v2)               \
  X(cuModuleLoad, 2000, cuModuleLoad)                               \
  X(cuModuleLoadData, 2000, cuModuleLoadData)                       \
  X(cuModuleLoadDataEx, 2010, cuModuleLoadDataEx)                   \
  X(cuModuleUnload, 2000, cuModuleUnload)                           \
  X(cuModuleGetFunction, 2000, cuModuleGetFunction)                 \
  X(cuLaunchKernel, 4000, cuLaunchKernel)                           \
  X(cuLaunchHostFunc, 10000, cuLaunchHostFunc)                      \
  X(cuGetErrorName, 6000, cuGetErrorName)                           \
  X(cuGetErrorString, 6000, cuGetErrorString)                       \
  X(cuGetProcAddress, 11030, cuGetProcAddress)                      \
  X(cuGetProcAddress, 12000, cuGetProcAddress_v2)

static const struct {
  const char *base;
  int version;
  const char *symbol;
  void (*function)(void);
} symbols[] = {
#define AS_SYMBOL(base, version, symbol) {#base, version, #symbol, (void (*)(void))symbol},
    SYMBOLS(AS_SYMBOL)};

static int is_hidden(const char *symbol) {
  for (int i = 0; i < hidden_count; i++) {
    if (strcmp(hidden[i], symbol) == 0) return 1;
  }
  return 0;
}

static CUresult look_up(const char *base, void **function, int version, int *status) {
  if (base == NULL || function == NULL) return CUDA_ERROR_INVALID_VALUE;
  *function = NULL;
  int known = 0;
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    if (strcmp(symbols[i].base, base) != 0 || symbols[i].version > configuration.cuda_version
        || is_hidden(symbols[i].symbol)) {
      continue;
    }
    known = 1;
    if (symbols[i].version <= version) *function = *(void *const *)&symbols[i].function;
  }
  if (status != NULL) *status = *function != NULL ? 0 : known ? 2 : 1;
  return *function != NULL ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

CUresult cuGetProcAddress(const char *symbol, void **function, int version, uint64_t flags) {
  BEGIN(FREE_OF_STATE, 0, 0, version, (int64_t)flags);
  END(look_up(symbol, function, version, NULL));
}

CUresult cuGetProcAddress_v2(
    const char *symbol, void **function, int version, uint64_t flags, int *status) {
  BEGIN(FREE_OF_STATE, 0, 0, version, (int64_t)flags);
  END(look_up(symbol, function, version, status));
}

/* ---- control, for tests ------------------------------------------------------------------- */

/* Frees everything, forgets plans, log and counts, and goes back to the initial configuration. */
void spillway_stub_reset(void) {
  context_depth = 0; /* of the calling thread; the contexts are gone */
  pthread_mutex_lock(&mutex);
  while (allocation_count > 0) release(&allocations[allocation_count - 1]);
  while (streams != NULL) {
    struct stream *next = streams->next;
    free(streams);
    streams = next;
  }
  while (events != NULL) {
    struct event *next = events->next;
    free(events);
    events = next;
  }
  memset(primaries, 0, sizeof primaries);
  memset(attribute_overrides, 0, sizeof attribute_overrides);
  memset(planned, 0, sizeof planned);
  memset(&chance, 0, sizeof chance);
  hidden_count = 0;
  created_contexts = 0;
  log_written = 0;
  for (int i = 0; i < called_count; i++) called[i].calls = 0;
  configure_from_environment();
  pthread_mutex_unlock(&mutex);
}

/* Sets one of the keys of struct configuration; -1 if there is none of that name. */
int spillway_stub_set(const char *key, int64_t value) {
  int result = -1;
  pthread_mutex_lock(&mutex);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (strcmp(keys[i].key, key) == 0) {
      *field(i) = value;
      result = 0;
    }
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

/* Overrides a CU_DEVICE_ATTRIBUTE_* by number, on every device. */
int spillway_stub_set_attribute(int attribute, int value) {
  if (attribute < 0 || attribute >= ATTRIBUTES) return -1;
  pthread_mutex_lock(&mutex);
  attribute_overrides[attribute].set = 1;
  attribute_overrides[attribute].value = value;
  pthread_mutex_unlock(&mutex);
  return 0;
}

/* Makes cuGetProcAddress not find a symbol, named as exported: cuMemAdvise_v2, not cuMemAdvise. */
void spillway_stub_hide(const char *symbol) {
  pthread_mutex_lock(&mutex);
  add_hidden(symbol, strlen(symbol));
  pthread_mutex_unlock(&mutex);
}

/* Makes the nth call from now on (1 = the next) of a symbol fail with a code, once. */
void spillway_stub_fail(const char *symbol, uint64_t nth, int code) {
  pthread_mutex_lock(&mutex);
  add_failure(symbol, nth, code);
  pthread_mutex_unlock(&mutex);
}

/* Lets calls fail by chance; names is a comma-separated list, or empty for all but clean-up. */
void spillway_stub_fail_randomly(
    uint64_t parts_per_million, uint64_t seed, int code, const char *names) {
  pthread_mutex_lock(&mutex);
  chance.parts_per_million = parts_per_million;
  chance.state = seed;
  chance.code = code;
  snprintf(chance.names, sizeof chance.names, "%s", names != NULL ? names : "");
  pthread_mutex_unlock(&mutex);
}

/* How many planned failures have not happened yet. */
uint64_t spillway_stub_failures_left(void) {
  uint64_t left = 0;
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < MOST_PLANNED; i++) left += planned[i].nth > 0;
  pthread_mutex_unlock(&mutex);
  return left;
}

void spillway_stub_forget_failures(void) {
  pthread_mutex_lock(&mutex);
  memset(planned, 0, sizeof planned);
  memset(&chance, 0, sizeof chance);
  pthread_mutex_unlock(&mutex);
}

uint64_t spillway_stub_log_count(void) {
  pthread_mutex_lock(&mutex);
  uint64_t count = log_written < LOG_ENTRIES ? log_written : LOG_ENTRIES;
  pthread_mutex_unlock(&mutex);
  return count;
}

/* How many of the oldest entries the ring has lost. */
uint64_t spillway_stub_log_dropped(void) {
  pthread_mutex_lock(&mutex);
  uint64_t dropped = log_written < LOG_ENTRIES ? 0 : log_written - LOG_ENTRIES;
  pthread_mutex_unlock(&mutex);
  return dropped;
}

/* Copies the index-th entry still there, oldest first; -1 if there is none. */
int spillway_stub_log_entry(uint64_t index, struct entry *out) {
  int result = -1;
  pthread_mutex_lock(&mutex);
  uint64_t kept = log_written < LOG_ENTRIES ? log_written : LOG_ENTRIES;
  if (index < kept) {
    *out = log_entries[(log_written - kept + index) % LOG_ENTRIES];
    result = 0;
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

void spillway_stub_log_clear(void) {
  pthread_mutex_lock(&mutex);
  log_written = 0;
  for (int i = 0; i < called_count; i++) called[i].calls = 0;
  pthread_mutex_unlock(&mutex);
}

/* How often a symbol was called since the last clear or reset, whatever the log still holds. */
uint64_t spillway_stub_calls(const char *symbol) {
  uint64_t calls = 0;
  pthread_mutex_lock(&mutex);
  for (int i = 1; i < called_count; i++) {
    if (strcmp(called[i].name, symbol) == 0) calls += called[i].calls;
  }
  pthread_mutex_unlock(&mutex);
  return calls;
}

/* One live allocation as the tests read it: 24 bytes, no padding. */
struct live {
  uint64_t address;
  uint64_t bytes;
  int32_t kind;
  int32_t device;
};

uint64_t spillway_stub_live_count(void) {
  pthread_mutex_lock(&mutex);
  uint64_t count = allocation_count;
  pthread_mutex_unlock(&mutex);
  return count;
}

/* Copies the index-th live allocation, by address; -1 if there is none. */
int spillway_stub_live_entry(uint64_t index, struct live *out) {
  int result = -1;
  pthread_mutex_lock(&mutex);
  if (index < allocation_count) {
    struct allocation *allocation = &allocations[index];
    *out = (struct live){allocation->address, allocation->bytes, allocation->kind,
                         allocation->device};
    result = 0;
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

uint64_t spillway_stub_live_streams(void) {
  uint64_t count = 0;
  pthread_mutex_lock(&mutex);
  for (struct stream *stream = streams; stream != NULL; stream = stream->next) count++;
  pthread_mutex_unlock(&mutex);
  return count;
}

uint64_t spillway_stub_live_events(void) {
  uint64_t count = 0;
  pthread_mutex_lock(&mutex);
  for (struct event *event = events; event != NULL; event = event->next) count++;
  pthread_mutex_unlock(&mutex);
  return count;
}

/* How many contexts that are not a device's primary one live now. */
uint64_t spillway_stub_created_contexts(void) {
  pthread_mutex_lock(&mutex);
  uint64_t count = (uint64_t)created_contexts;
  pthread_mutex_unlock(&mutex);
  return count;
}

/* How often the primary contexts of all devices are retained now. */
uint64_t spillway_stub_retained_contexts(void) {
  uint64_t count = 0;
  pthread_mutex_lock(&mutex);
  for (int device = 0; device < MOST_DEVICES; device++) {
    count += (uint64_t)primaries[device].retained;
  }
  pthread_mutex_unlock(&mutex);
  return count;
}
