// SPDX-License-Identifier: LGPL-2.1-or-later
/* UUIDs as text (RFC 4122, section 3). */
#include <string.h>

#include "internal.h"

static const char digits[] = "0123456789abcdef";

/* A hyphen stands before bytes 4, 6, 8 and 10. */
static bool hyphen_before(unsigned int byte)
{
	return byte >= 4 && byte <= 10 && byte % 2 == 0;
}

/* Not isxdigit() and strtoul(), which follow the locale and skip blanks. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

WWAN_API int wwan_parse_uuid(const char *text, uint8_t uuid[WWAN_UUID_SIZE])
{
	uint8_t parsed[WWAN_UUID_SIZE];
	unsigned int i;
	int high, low;

	if (!text || !uuid)
		return EINVAL;
	for (i = 0; i < WWAN_UUID_SIZE; i++) {
		if (hyphen_before(i) && *text++ != '-')
			return EINVAL;
		high = digit_value(text[0]);
		if (high < 0)
			return EINVAL;
		low = digit_value(text[1]);
		if (low < 0)
			return EINVAL;
		parsed[i] = high << 4 | low;
		text += 2;
	}
	if (*text)
		return EINVAL;
	memcpy(uuid, parsed, sizeof(parsed));
	return 0;
}

WWAN_API char *wwan_format_uuid(const uint8_t uuid[WWAN_UUID_SIZE],
				char text[WWAN_UUID_STRING_SIZE])
{
	char *out = text;
	unsigned int i;

	for (i = 0; i < WWAN_UUID_SIZE; i++) {
		if (hyphen_before(i))
			*out++ = '-';
		*out++ = digits[uuid[i] >> 4];
		*out++ = digits[uuid[i] & 15];
	}
	*out = '\0';
	return text;
}
