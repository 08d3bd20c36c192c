/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for the kernel, linked in place of open(2), ioctl(2) and the like. It forces
 * errors that a real kernel cannot be made to give, and checks the shape of what the library
 * asks. What the driver does is tested in the guest, with the driver.
 */
#ifndef TESTS_LIB_FAKE_H
#define TESTS_LIB_FAKE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/mbim_dss.h>

#include "wwandss.h"

/* What an ioctl does with its argument; returns 0 or a positive errno. */
typedef int (*fake_answer_fn)(void *arg);

/* Files: the library's end is a socket, its other end is the test's. */
#define FAKE_CONTROL	0
#define FAKE_NODE	1

struct fake {
	int open_errno[2];		/* 0: it opens */
	unsigned int node_denied;	/* EACCES for the node if 1 << O_RDWR and so on is set */
	unsigned int opened[2];
	int open_flags[2];
	char node_path[64];
	int peer[2];			/* -1: not open */
	int file[2];			/* the library's end */
	unsigned int ioctls;		/* made since fake_reset() */
	unsigned int fail_calloc;	/* this allocation from now on fails; 0: none */
	int fail_eventfd;		/* errno, 0: works; likewise: */
	int fail_epoll_create;
	int fail_epoll_ctl;
};

extern struct fake fake;

int fake_reset(void **state);
void fake_answer(unsigned long request, fake_answer_fn answer);
void fake_fail(unsigned long request, int err);
unsigned int fake_calls(unsigned long request);

/* Completions that the control file gives, "now". */
void fake_complete(uint32_t type, uint64_t user_data, uint32_t error, uint32_t mbim_status);
void fake_control_bytes(const void *data, size_t len);

/* What the next poll(2), or epoll_wait(2) for that file, says, instead of waiting. */
void fake_poll(short revents);
void fake_poll_errno(int err);
void fake_epoll(int fd, uint32_t events);
void fake_epoll_errno(int err);

/* Shorthands of the tests */
struct wwan_handle *fake_handle(void);
struct wwan_session *fake_session(struct wwan_handle *handle);
void fake_close(struct wwan_handle *handle);

/* Arguments of the last open, close and batch, for the test to look at. */
extern struct mbim_dss_open last_open;
extern struct mbim_dss_close last_close;
extern struct mbim_dss_cancel last_cancel;
extern struct mbim_dss_batch last_batch;

/* Answers that most tests start from. */
int answer_open(void *arg);
int answer_close(void *arg);
int answer_cancel(void *arg);
int answer_info(void *arg);
int answer_one_modem(void *arg);
int answer_send_all(void *arg);

#define FAKE_REQUEST_ID		7
#define FAKE_MAX_DATAGRAM	2048

#endif /* TESTS_LIB_FAKE_H */
