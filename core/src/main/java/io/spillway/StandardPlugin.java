package io.spillway;

/**
 * A plugin that the drop-in uses where its settings name no other. It is a service of its own, so
 * that finding it loads no class of another plugin: every redirected program would pay for those.
 */
public interface StandardPlugin extends SessionPlugin {}
