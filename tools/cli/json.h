/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing JSON (RFC 8259) to stdout. */
#ifndef MBIM_DSS_CLI_JSON_H
#define MBIM_DSS_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

/* One value being written. Start with JSON_INIT; @key is NULL outside of an object. */
struct json {
	bool follows;		/* something stands before, in the same object or array */
};

#define JSON_INIT { .follows = false }

void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_string(struct json *json, const char *key, const char *value);
void json_hex(struct json *json, const char *key, const uint8_t *data, uint32_t len);
void json_end_line(struct json *json);

#endif /* MBIM_DSS_CLI_JSON_H */
