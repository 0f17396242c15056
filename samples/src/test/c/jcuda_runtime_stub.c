/*
 * JCuda's runtime API, as far as the sample programs and the drop-in use it, over the driver API of
 * the stub libcuda: NVIDIA's own runtime, which JCuda's library has inside, asks a driver for tables
 * that are not documented. JCuda looks for a library of this name on the library path before it
 * takes the one in its jar.
 *
 * Functions of JNI are called by their place in the table that the JNI specification lists, so that
 * this builds where there is no jni.h.
 */
#include <stddef.h>
#include <stdint.h>

typedef void ***Environment;
typedef void *Object;

enum {
  GET_OBJECT_CLASS = 31,
  GET_METHOD_ID = 33,
  CALL_OBJECT_METHOD = 34,
  GET_FIELD_ID = 94,
  GET_OBJECT_FIELD = 95,
  GET_LONG_FIELD = 101,
  SET_LONG_FIELD = 110,
  SET_INT_ARRAY_REGION = 211,
  SET_LONG_ARRAY_REGION = 212,
  GET_PRIMITIVE_ARRAY_CRITICAL = 222,
  RELEASE_PRIMITIVE_ARRAY_CRITICAL = 223,
  GET_DIRECT_BUFFER_ADDRESS = 230
};

enum { HOST_TO_DEVICE = 1, DEVICE_TO_HOST = 2, DEVICE_TO_DEVICE = 3 };
enum { SUCCESS = 0, INVALID_VALUE = 1, MEMORY_ALLOCATION = 2, UNKNOWN = 999 };

int cuMemAlloc_v2(uint64_t *pointer, size_t bytes);
int cuMemAllocManaged(uint64_t *pointer, size_t bytes, unsigned flags);
int cuMemAllocPitch_v2(
    uint64_t *pointer, size_t *pitch, size_t width, size_t height, unsigned element_bytes);
int cuMemFree_v2(uint64_t pointer);
int cuMemGetInfo_v2(size_t *free, size_t *total);
int cuDeviceGetCount(int *count);
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes);
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes);
int cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t bytes);

#define CALL(result, name, ...) ((result(*)(Environment, __VA_ARGS__))(*environment)[name])

static void *field(Environment environment, Object object, const char *name, const char *type) {
  Object class = CALL(Object, GET_OBJECT_CLASS, Object)(environment, object);
  return CALL(void *, GET_FIELD_ID, Object, const char *, const char *)(
      environment, class, name, type);
}

static int64_t number(Environment environment, Object pointer, const char *name) {
  return CALL(int64_t, GET_LONG_FIELD, Object, void *)(
      environment, pointer, field(environment, pointer, name, "J"));
}

static uint64_t device_address(Environment environment, Object pointer) {
  return (uint64_t)(number(environment, pointer, "nativePointer")
                    + number(environment, pointer, "byteOffset"));
}

static int status(int result) {
  return result == SUCCESS || result == INVALID_VALUE || result == MEMORY_ALLOCATION ? result
                                                                                     : UNKNOWN;
}

void Java_jcuda_runtime_JCuda_setLogLevel(Environment environment, Object class, int level) {
  (void)environment;
  (void)class;
  (void)level;
}

static void point_at(Environment environment, Object pointer, uint64_t address) {
  CALL(void, SET_LONG_FIELD, Object, void *, int64_t)(
      environment, pointer, field(environment, pointer, "nativePointer", "J"), (int64_t)address);
}

int Java_jcuda_runtime_JCuda_cudaMallocNative(
    Environment environment, Object class, Object pointer, int64_t bytes) {
  (void)class;
  uint64_t address;
  int result = cuMemAlloc_v2(&address, (size_t)bytes);
  if (result == SUCCESS) point_at(environment, pointer, address);
  return status(result);
}

int Java_jcuda_runtime_JCuda_cudaMallocManagedNative(
    Environment environment, Object class, Object pointer, int64_t bytes, int flags) {
  (void)class;
  uint64_t address;
  int result = cuMemAllocManaged(&address, (size_t)bytes, (unsigned)flags);
  if (result == SUCCESS) point_at(environment, pointer, address);
  return status(result);
}

int Java_jcuda_runtime_JCuda_cudaFreeNative(Environment environment, Object class, Object pointer) {
  (void)class;
  uint64_t address = device_address(environment, pointer);
  return address == 0 ? SUCCESS : status(cuMemFree_v2(address));
}

static void set_long(Environment environment, Object longs, size_t value) {
  int64_t one = (int64_t)value;
  CALL(void, SET_LONG_ARRAY_REGION, Object, int, int, const int64_t *)(
      environment, longs, 0, 1, &one);
}

int Java_jcuda_runtime_JCuda_cudaMallocPitchNative(
    Environment environment, Object class, Object pointer, Object pitch, int64_t width,
    int64_t height) {
  (void)class;
  uint64_t address;
  size_t row;
  int result = cuMemAllocPitch_v2(&address, &row, (size_t)width, (size_t)height, 4);
  if (result == SUCCESS) {
    point_at(environment, pointer, address);
    set_long(environment, pitch, row);
  }
  return status(result);
}

int Java_jcuda_runtime_JCuda_cudaMemGetInfoNative(
    Environment environment, Object class, Object free, Object total) {
  (void)class;
  size_t free_bytes, total_bytes;
  int result = cuMemGetInfo_v2(&free_bytes, &total_bytes);
  if (result == SUCCESS) {
    set_long(environment, free, free_bytes);
    set_long(environment, total, total_bytes);
  }
  return status(result);
}

int Java_jcuda_runtime_JCuda_cudaGetDeviceCountNative(
    Environment environment, Object class, Object count) {
  (void)class;
  int devices;
  int result = cuDeviceGetCount(&devices);
  if (result == SUCCESS) {
    CALL(void, SET_INT_ARRAY_REGION, Object, int, int, const int *)(
        environment, count, 0, 1, &devices);
  }
  return status(result);
}

/* Copies between the device and a buffer that is direct or has an array. */
static int host_copy(
    Environment environment, Object host, uint64_t device, size_t bytes, int to_device) {
  Object buffer = CALL(Object, GET_OBJECT_FIELD, Object, void *)(
      environment, host, field(environment, host, "buffer", "Ljava/nio/Buffer;"));
  if (buffer == NULL) return INVALID_VALUE;
  char *start = CALL(void *, GET_DIRECT_BUFFER_ADDRESS, Object)(environment, buffer);
  Object array = NULL;
  if (start == NULL) {
    Object class = CALL(Object, GET_OBJECT_CLASS, Object)(environment, buffer);
    void *get_array = CALL(void *, GET_METHOD_ID, Object, const char *, const char *)(
        environment, class, "array", "()Ljava/lang/Object;");
    array = ((Object(*)(Environment, Object, void *, ...))(*environment)[CALL_OBJECT_METHOD])(
        environment, buffer, get_array);
    start = CALL(void *, GET_PRIMITIVE_ARRAY_CRITICAL, Object, void *)(environment, array, NULL);
  }
  char *bytes_there = start + number(environment, host, "byteOffset");
  int result = to_device ? cuMemcpyHtoD_v2(device, bytes_there, bytes)
                         : cuMemcpyDtoH_v2(bytes_there, device, bytes);
  if (array != NULL) {
    CALL(void, RELEASE_PRIMITIVE_ARRAY_CRITICAL, Object, void *, int)(environment, array, start, 0);
  }
  return status(result);
}

int Java_jcuda_runtime_JCuda_cudaMemcpyNative(
    Environment environment, Object class, Object to, Object from, int64_t bytes, int kind) {
  (void)class;
  switch (kind) {
    case HOST_TO_DEVICE:
      return host_copy(environment, from, device_address(environment, to), (size_t)bytes, 1);
    case DEVICE_TO_HOST:
      return host_copy(environment, to, device_address(environment, from), (size_t)bytes, 0);
    case DEVICE_TO_DEVICE:
      return status(cuMemcpyDtoD_v2(
          device_address(environment, to), device_address(environment, from), (size_t)bytes));
    default:
      return INVALID_VALUE;
  }
}
