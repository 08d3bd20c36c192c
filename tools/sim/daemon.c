// SPDX-License-Identifier: GPL-2.0-or-later
/* Going on in the background. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"

int daemon_start(void)
{
	char ready = 0;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		perror("mbim-sim: pipe");
		exit(1);
	}
	pid = fork();
	if (pid < 0) {
		perror("mbim-sim: fork");
		exit(1);
	}
	if (!pid) {
		close(fds[0]);
		setsid();
		return fds[1];
	}
	close(fds[1]);
	exit(read(fds[0], &ready, 1) == 1 ? 0 : 1);
}

void daemon_ready(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (write(fd, "r", 1) != 1)
		perror("mbim-sim: telling the parent");
	close(fd);
	if (null >= 0) {
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		close(null);
	}
}

void daemon_write_pid(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file) {
		fprintf(stderr, "mbim-sim: %s: %s\n", path, strerror(errno));
		return;
	}
	fprintf(file, "%d\n", getpid());
	fclose(file);
}
