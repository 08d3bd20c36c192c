/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop: file descriptors and who handles them. */
#ifndef MBIM_SIM_LOOP_H
#define MBIM_SIM_LOOP_H

#include <stdint.h>

/* Lives as long as its fd is watched. */
struct watch {
	int fd;
	void (*ready)(void *context, uint32_t events);
	void *context;
};

/* 0 or a negative errno. */
int loop_add(int epoll, struct watch *watch, uint32_t events);
int loop_modify(int epoll, struct watch *watch, uint32_t events);

/* Waits, and handles what is ready. 0 or a negative errno. */
int loop_once(int epoll);

#endif /* MBIM_SIM_LOOP_H */
