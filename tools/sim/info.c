// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing the information buffer of an MBIM message: fixed fields first, then the
 * data that (offset, length) pairs among them point to (MBIM 1.0, 10.3).
 */
#include "bytes.h"
#include "mbim.h"

void mbim_put_bytes(struct mbim_buffer *b, const void *bytes, uint32_t len)
{
	if (len > sizeof(b->bytes) - b->len)
		return;
	if (len)
		memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

void mbim_put32(struct mbim_buffer *b, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	mbim_put_bytes(b, bytes, sizeof(bytes));
}

void mbim_put64(struct mbim_buffer *b, uint64_t value)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	mbim_put_bytes(b, bytes, sizeof(bytes));
}

uint32_t mbim_put_pair(struct mbim_buffer *b)
{
	uint32_t at = b->len;

	mbim_put64(b, 0);
	return at;
}

void mbim_fill_pair(struct mbim_buffer *b, uint32_t pair, const void *bytes, uint32_t len)
{
	static const uint8_t padding[3];

	/* Nothing at all is said by offset and length 0. */
	if (!len)
		return;
	put_le32(b->bytes + pair, b->len);
	put_le32(b->bytes + pair + 4, len);
	mbim_put_bytes(b, bytes, len);
	mbim_put_bytes(b, padding, -len & 3);
}

void mbim_fill_text(struct mbim_buffer *b, uint32_t pair, const char *text)
{
	uint8_t wide[512];
	uint32_t n = 0;

	for (; text[n] && n < sizeof(wide) / 2; n++)
		put_le16(wide + 2 * n, (uint8_t)text[n]);
	mbim_fill_pair(b, pair, wide, 2 * n);
}
