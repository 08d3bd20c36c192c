// SPDX-License-Identifier: GPL-2.0-or-later
/* NTBs of a test's own making, sent by the virtual modem. */
#include <endian.h>
#include <string.h>

#include "dss.h"

static void put16(struct ntb *n, size_t at, uint16_t value)
{
	value = htole16(value);
	memcpy(n->bytes + at, &value, sizeof(value));
}

void ntb_begin(struct ntb *n, uint16_t seq)
{
	*n = (struct ntb){ .len = 12, .link = 10 };
	memcpy(n->bytes, "NCMH", 4);
	put16(n, 4, 12);
	put16(n, 6, seq);
	put16(n, 8, n->len);
}

void ntb_add(struct ntb *n, const char *kind, uint8_t session, const void *bytes, size_t len)
{
	size_t ndp = (n->len + 3) & ~3;

	check(ndp + 16 + len <= sizeof(n->bytes));
	put16(n, n->link, ndp);
	memcpy(n->bytes + ndp, kind, 3);
	n->bytes[ndp + 3] = session;
	put16(n, ndp + 4, 16);
	put16(n, ndp + 8, ndp + 16);
	put16(n, ndp + 10, len);
	memcpy(n->bytes + ndp + 16, bytes, len);
	n->link = ndp + 6;
	n->len = ndp + 16 + len;
	put16(n, 8, n->len);
}

void ntb_send(const struct ntb *n)
{
	char hex[2 * sizeof(n->bytes) + 1];

	for (size_t i = 0; i < n->len; i++)
		sprintf(hex + 2 * i, "%02x", n->bytes[i]);
	sim("raw %s", hex);
}
