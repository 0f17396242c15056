package io.spillway.profile.cupti;

/**
 * A CUDA call was made under a number of ours.
 *
 * @param correlation CUPTI's number of the call, the same as in the {@link KernelActivity} it
 *     started
 * @param id our number, as given to {@link ActivityRecording#enter}
 */
public record CallActivity(int correlation, long id) implements Activity {}
