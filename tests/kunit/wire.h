/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of an NTB, byte by byte: so that the tests do not share a mistake, about
 * byte order or where a field is, with the code under test.
 */
#ifndef DSS_TEST_WIRE_H
#define DSS_TEST_WIRE_H

#include <linux/types.h>

static inline u32 wire_get(const u8 *at, unsigned int bytes)
{
	u32 value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static inline void wire_put(u8 *at, unsigned int bytes, u32 value)
{
	for (; bytes--; value >>= 8)
		*at++ = value;
}

static inline u32 wire_get16(const u8 *at)
{
	return wire_get(at, 2);
}

static inline u32 wire_get32(const u8 *at)
{
	return wire_get(at, 4);
}

static inline void wire_put16(u8 *at, u32 value)
{
	wire_put(at, 2, value);
}

static inline void wire_put32(u8 *at, u32 value)
{
	wire_put(at, 4, value);
}

/* Byte @i of the test datagram called @tag */
static inline u8 wire_pattern(u32 tag, u32 i)
{
	return tag * 31 + i * 7 + (i >> 8) + 1;
}

static inline void wire_fill(u8 *at, u32 tag, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		at[i] = wire_pattern(tag, i);
}

/* Are these @len bytes those of @tag from byte @from on? */
static inline bool wire_is(const u8 *at, u32 tag, u32 from, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (at[i] != wire_pattern(tag, from + i))
			return false;
	return true;
}

#endif /* DSS_TEST_WIRE_H */
