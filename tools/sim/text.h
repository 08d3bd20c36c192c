/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text that grows: the answers of the control socket. */
#ifndef MBIM_SIM_TEXT_H
#define MBIM_SIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes;			/* NUL-terminated once anything was added */
	size_t len, capacity;
	bool failed;			/* out of memory: incomplete */
};

void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a JSON string, quoted and escaped. */
void text_add_json(struct text *t, const char *string);

/* Empties it, keeping the memory. */
void text_clear(struct text *t);
void text_free(struct text *t);

#endif /* MBIM_SIM_TEXT_H */
