package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;

/**
 * What those see who hear messages, and those who do steps: the session, what is planned, who moves
 * it, and what launching threads are told of it.
 */
record EngineParts(SessionContext context, Planner planner, Mover mover, Presence presence) {}
