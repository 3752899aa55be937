/* fp.h - failpoints: FP("name") before and after every commit, fsync, link and rename.
 *
 * Compiled to nothing unless FAILPOINTS is defined (test builds). There, the environment variable
 * AUTOPILOT_FP="name:hit:action" acts at the hit-th time (1 = first) that the point is reached in
 * this process; action is kill (SIGKILL), stop (SIGSTOP), or exit. AUTOPILOT_FP_TRACE=FILE appends
 * each point's name on its first hit and, at exit or before acting, "name count" lines, so that a
 * sweep knows how often each point is reached and that none is unreached. A hook takes the place of
 * the environment in the simulation. */
#ifndef BASE_FP_H
#define BASE_FP_H

#ifdef FAILPOINTS
void fp_hit(const char *name);
/* hook == NULL: back to the environment. Call while no other thread is inside a failpoint. */
void fp_set_hook(void (*hook)(void *ctx, const char *name), void *ctx);
#define FP(name) fp_hit(name)
#else
#define FP(name) ((void)0)
/* So that what drives failpoints compiles (and does nothing) in every variant. */
#define fp_set_hook(hook, ctx) ((void)(hook), (void)(ctx))
#endif

#endif
