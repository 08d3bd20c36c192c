// SPDX-License-Identifier: GPL-2.0-or-later
/* The agent and its proxy, started and killed by cases themselves. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dss.h"

#define READY_FD	9

static void agent_exec(int ready)
{
	const char *tmp = getenv("TMP");
	char path[200];
	int log;

	snprintf(path, sizeof(path), "%s/agent.log", tmp ? tmp : "/tmp");
	log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (log < 0 || dup2(ready, READY_FD) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	execlp("mbim-dssd", "mbim-dssd", "--wait", "--ready-fd", "9", NULL);
	_exit(127);
}

pid_t agent_start(void)
{
	int ready[2];
	pid_t pid;

	check(!pipe2(ready, O_CLOEXEC));
	pid = fork();
	check(pid >= 0);
	if (!pid)
		agent_exec(ready[1]);
	close(ready[1]);
	poll_for(ready[0], POLLIN, LONG);
	close(ready[0]);
	return pid;
}

void agent_kill(pid_t pid)
{
	check(!kill(pid, SIGKILL));
	check_eq(waitpid(pid, NULL, 0), pid);
}

/* Field 3 of /proc/PID/stat, and the name before it in brackets. */
static bool process_is(const char *pid, const char *name)
{
	char path[300], text[256], *end, *begin;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	begin = strchr(text, '(');
	end = strrchr(text, ')');
	if (!begin || !end || end[1] != ' ' || end[2] == 'Z')
		return false;
	*end = '\0';
	return !strcmp(begin + 1, name);
}

pid_t proxy_pid(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t pid = 0;

	check(proc);
	while (!pid && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    process_is(entry->d_name, "mbim-proxy"))
			pid = strtol(entry->d_name, NULL, 10);
	closedir(proc);
	return pid;
}

void proxy_kill(pid_t pid)
{
	check(!kill(pid, SIGKILL));
	wait_until(LONG, proxy_pid() != pid);
}
