// Inline assembly, and what needs it: asynchronous copies, caches, 32-bit halves.

typedef unsigned long long word;

__device__ __forceinline__ int position() { return blockIdx.x * blockDim.x + threadIdx.x; }

__device__ __forceinline__ unsigned near(const void* shared) {
  return (unsigned)__cvta_generic_to_shared(shared);
}

//= loads 0:read 1:write
extern "C" __global__ void loads(const int4* source, int4* target) {
  int4 v;
  asm volatile("ld.global.cg.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(source + position()));
  asm volatile("st.global.cs.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(target + position()), "r"(v.x),
               "r"(v.y), "r"(v.z), "r"(v.w)
               : "memory");
}

//= uncached_loads 0:read 1:write
extern "C" __global__ void uncached_loads(const word* source, word* target) {
  word v;
  asm volatile("ld.global.nc.L1::no_allocate.L2::128B.u64 %0, [%1+8];" : "=l"(v) : "l"(source));
  target[0] = v;
}

//= ordered 0:read 1:write
extern "C" __global__ void ordered(const int* source, int* target) {
  int v;
  asm volatile("ld.acquire.gpu.u32 %0, [%1];" : "=r"(v) : "l"(source) : "memory");
  asm volatile("st.release.sys.u32 [%0], %1;" ::"l"(target), "r"(v) : "memory");
}

//= predicated 0:write 1:read
extern "C" __global__ void predicated(int* target, const int* source) {
  asm volatile(
      "{\n\t"
      ".reg .pred p;\n\t"
      ".reg .u32 v;\n\t"
      "setp.ne.u32 p, %2, 0;\n\t"
      "@p ld.global.u32 v, [%1];\n\t"
      "@!p mov.u32 v, 7;\n\t"
      "@p st.global.u32 [%0], v;\n\t"
      "}" ::"l"(target),
      "l"(source), "r"(threadIdx.x)
      : "memory");
}

//= added_in_halves 0:write 1:read
extern "C" __global__ void added_in_halves(char* target, const char* source, unsigned by) {
  char* moved;
  asm("{\n\t"
      ".reg .u32 low, high;\n\t"
      "mov.b64 {low, high}, %1;\n\t"
      "add.cc.u32 low, low, %2;\n\t"
      "addc.u32 high, high, 0;\n\t"
      "mov.b64 %0, {low, high};\n\t"
      "}"
      : "=l"(moved)
      : "l"(target), "r"(by));
  *moved = *source;
}

//= reduces 0:read 1:both
extern "C" __global__ void reduces(const unsigned* source, unsigned* sum) {
  asm volatile("red.relaxed.gpu.global.add.u32 [%0], %1;" ::"l"(sum), "r"(source[position()])
               : "memory");
}

//= prefetches 0:none 1:read 2:write
extern "C" __global__ void prefetches(const char* ahead, const int* source, int* target) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(ahead + 128 * threadIdx.x));
  target[position()] = source[position()];
}

//= asynchronous_copy 0:read 1:write
extern "C" __global__ void asynchronous_copy(const int4* source, int4* target) {
  __shared__ int4 buffer[64];
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(near(&buffer[threadIdx.x])),
               "l"(source + position())
               : "memory");
  asm volatile("cp.async.commit_group;" ::: "memory");
  asm volatile("cp.async.wait_group 0;" ::: "memory");
#else
  buffer[threadIdx.x] = source[position()];
#endif
  __syncthreads();
  target[position()] = buffer[63 - threadIdx.x];
}

//= bulk_copy 0:read 1:write
extern "C" __global__ void bulk_copy(const int4* source, int4* target) {
  __shared__ alignas(128) int4 buffer[64];
#if __CUDA_ARCH__ >= 900
  __shared__ word barrier;
  if (threadIdx.x == 0) {
    asm volatile("mbarrier.init.shared.b64 [%0], 1;" ::"r"(near(&barrier)));
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], 1024;" ::"r"(near(&barrier)));
    asm volatile(
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], 1024, [%2];"
        ::"r"(near(buffer)), "l"(source), "r"(near(&barrier))
        : "memory");
  }
  __syncthreads();
  asm volatile(
      "{\n\t"
      ".reg .pred done;\n\t"
      "again:\n\t"
      "mbarrier.try_wait.parity.shared.b64 done, [%0], 0;\n\t"
      "@!done bra again;\n\t"
      "}" ::"r"(near(&barrier))
      : "memory");
  if (threadIdx.x == 0) {
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], 1024;" ::"l"(target),
                 "r"(near(buffer))
                 : "memory");
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
    asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
  }
#else
  buffer[threadIdx.x] = source[position()];
  __syncthreads();
  target[position()] = buffer[threadIdx.x];
#endif
}

//= bulk_reduction 0:read 1:both
extern "C" __global__ void bulk_reduction(const unsigned* source, unsigned* sums) {
  __shared__ alignas(128) unsigned buffer[256];
  buffer[threadIdx.x] = source[position()];
  __syncthreads();
#if __CUDA_ARCH__ >= 900
  if (threadIdx.x == 0) {
    asm volatile(
        "cp.reduce.async.bulk.global.shared::cta.bulk_group.add.u32 [%0], [%1], 1024;" ::"l"(sums),
        "r"(near(buffer))
        : "memory");
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
    asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
  }
#else
  atomicAdd(&sums[threadIdx.x], buffer[threadIdx.x]);
#endif
}

struct alignas(64) TensorMap {
  word opaque[16];
};

// The address is inside the map.
//= tensor_copy 1:write
extern "C" __global__ void tensor_copy(const __grid_constant__ TensorMap map, int* target) {
  __shared__ alignas(128) int buffer[64];
  buffer[threadIdx.x] = 0;
#if __CUDA_ARCH__ >= 900
  __shared__ word barrier;
  if (threadIdx.x == 0) {
    asm volatile(
        "cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
        " [%0], [%1, {%2}], [%3];" ::"r"(near(buffer)),
        "l"(&map), "r"(0), "r"(near(&barrier))
        : "memory");
  }
#else
  buffer[threadIdx.x] = (int)map.opaque[threadIdx.x & 15];
#endif
  __syncthreads();
  target[position()] = buffer[threadIdx.x];
}

//= tensor_matrix 0:read 1:read 2:write
extern "C" __global__ void tensor_matrix(const unsigned* a, const unsigned* b, float* c) {
  unsigned a0 = a[threadIdx.x], a1 = a[threadIdx.x + 32], b0 = b[threadIdx.x];
  float d0 = 0, d1 = 0, d2 = 0, d3 = 0;
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6},"
      " {%0, %1, %2, %3};"
      : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)
      : "r"(a0), "r"(a1), "r"(b0));
  c[4 * threadIdx.x] = d0;
  c[4 * threadIdx.x + 1] = d1;
  c[4 * threadIdx.x + 2] = d2;
  c[4 * threadIdx.x + 3] = d3;
}

//= shared_matrix 0:read 1:write
extern "C" __global__ void shared_matrix(const unsigned* in, unsigned* out) {
  __shared__ alignas(16) unsigned tile[128];
  tile[threadIdx.x] = in[position()];
  __syncthreads();
  unsigned value;
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];"
               : "=r"(value)
               : "r"(near(&tile[4 * (threadIdx.x & 7)])));
  out[position()] = value;
}

//= generic_assembly 0:both 1:read
extern "C" __global__ void generic_assembly(int* data, const int* source) {
  int before;
  asm volatile("atom.exch.b32 %0, [%1], %2;"
               : "=r"(before)
               : "l"(data + position()), "r"(source[position()])
               : "memory");
  asm volatile("st.u32 [%0+4], %1;" ::"l"(data + position()), "r"(before) : "memory");
}
