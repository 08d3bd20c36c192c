// SPDX-License-Identifier: GPL-2.0-or-later
/* A text that grows. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

static bool reserve(struct text *t, size_t more)
{
	size_t capacity = t->capacity ? t->capacity : 256;
	char *bytes;

	if (t->failed)
		return false;
	while (capacity < t->len + more + 1)
		capacity *= 2;
	if (capacity == t->capacity)
		return true;
	bytes = realloc(t->bytes, capacity);
	if (!bytes) {
		t->failed = true;
		return false;
	}
	t->bytes = bytes;
	t->capacity = capacity;
	return true;
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !reserve(t, len))
		return;
	va_start(args, format);
	vsnprintf(t->bytes + t->len, t->capacity - t->len, format, args);
	va_end(args);
	t->len += len;
}

void text_add_json(struct text *t, const char *string)
{
	text_add(t, "\"");
	for (; *string; string++) {
		unsigned char c = *string;

		if (c == '"' || c == '\\')
			text_add(t, "\\%c", c);
		else if (c < 0x20)
			text_add(t, "\\u%04x", c);
		else
			text_add(t, "%c", c);
	}
	text_add(t, "\"");
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->failed = false;
}

void text_free(struct text *t)
{
	free(t->bytes);
	*t = (struct text){ 0 };
}
