package io.spillway;

/**
 * A plugin that the drop-in takes where its settings name no other. A service of its own, so that
 * to find it no class of another plugin is loaded: every program that is redirected pays for that.
 */
public interface StandardPlugin extends SessionPlugin {}
