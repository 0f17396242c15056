// One level of a breadth-first search. The neighbours of vertex v are
// targets[offsets[v]] .. targets[offsets[v + 1] - 1]; levels[v] is -1 until v is reached.

#define ALL 0xFFFFFFFFu

// Gives the neighbours of vertices at `level` that were not reached before the level after it, and
// sets *reached if there are any. Threads that race for a vertex write the same value.
//
// A warp looks at 32 vertices and follows the edges of each together: degrees differ widely.
extern "C" __global__ void next_level(
    const long long* offsets, const int* targets, int* levels, int vertices, int level,
    int* reached) {
  int lane = threadIdx.x % 32;
  long long warps = (long long)gridDim.x * blockDim.x / 32;
  long long warp = ((long long)blockIdx.x * blockDim.x + threadIdx.x) / 32;
  for (long long first = warp * 32; first < vertices; first += warps * 32) {
    long long own = first + lane;
    unsigned int active = __ballot_sync(ALL, own < vertices && levels[own] == level);
    for (; active != 0; active &= active - 1) {
      long long vertex = first + __ffs(active) - 1;
      long long end = offsets[vertex + 1];
      for (long long edge = offsets[vertex] + lane; edge < end; edge += 32) {
        int target = targets[edge];
        if (levels[target] < 0) {
          levels[target] = level + 1;
          *reached = 1;
        }
      }
    }
  }
}
