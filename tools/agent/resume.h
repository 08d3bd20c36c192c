/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_RESUME_H
#define AGENT_RESUME_H

struct resume;

/**
 * resume_watch - call @resumed after the system has slept
 *
 * Also when somebody has set the clock: the kernel tells both in the same way. The
 * main loop calls. Return: NULL when the kernel cannot tell, which has been logged.
 */
struct resume *resume_watch(void (*resumed)(void *data), void *data);
void resume_free(struct resume *resume);

#endif /* AGENT_RESUME_H */
