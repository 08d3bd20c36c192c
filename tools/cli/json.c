// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "json.h"

static void put_string(const char *text)
{
	const unsigned char *c;

	putchar('"');
	for (c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c > 0x7e)
			/* Names from the modem or the agent may be in no encoding at all. */
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void put_key(struct json *json, const char *key)
{
	if (json->follows)
		putchar(',');
	json->follows = true;
	if (!key)
		return;
	put_string(key);
	putchar(':');
}

void json_open(struct json *json, const char *key, char bracket)
{
	put_key(json, key);
	putchar(bracket);
	json->follows = false;
}

void json_close(struct json *json, char bracket)
{
	putchar(bracket);
	json->follows = true;
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	put_key(json, key);
	printf("%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	put_key(json, key);
	fputs(value ? "true" : "false", stdout);
}

void json_string(struct json *json, const char *key, const char *value)
{
	put_key(json, key);
	put_string(value);
}

void json_hex(struct json *json, const char *key, const uint8_t *data, uint32_t len)
{
	uint32_t i;

	put_key(json, key);
	putchar('"');
	for (i = 0; i < len; i++)
		printf("%02x", data[i]);
	putchar('"');
}

void json_end_line(struct json *json)
{
	putchar('\n');
	json->follows = false;
}
