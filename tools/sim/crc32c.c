// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRC-32C: with the processor's instruction where there is one (the simulator
 * is the peer in benches, so its share has to be small), else by tables.
 */
#include <string.h>

#include "bytes.h"
#include "crc32c.h"

#define POLYNOMIAL	0x82f63b78u	/* 0x1edc6f41, bits reversed */

static uint32_t table[8][256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[0][i] = crc;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int t = 1; t < 8; t++)
			table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
}

static uint32_t crc_by_table(uint32_t crc, const uint8_t *p, size_t len)
{
	if (!table[0][1])
		make_table();
	for (; len >= 8; len -= 8, p += 8) {
		uint32_t low = crc ^ get_le32(p), high = get_le32(p + 4);

		crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^
		      table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
		      table[3][high & 0xff] ^ table[2][high >> 8 & 0xff] ^
		      table[1][high >> 16 & 0xff] ^ table[0][high >> 24];
	}
	while (len--)
		crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xff];
	return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2")))
static uint32_t crc_by_instruction(uint32_t crc, const uint8_t *p, size_t len)
{
	uint64_t crc64 = crc, word[4];

	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		memcpy(word, p, sizeof(word));
		crc64 = __builtin_ia32_crc32di(crc64, word[0]);
		crc64 = __builtin_ia32_crc32di(crc64, word[1]);
		crc64 = __builtin_ia32_crc32di(crc64, word[2]);
		crc64 = __builtin_ia32_crc32di(crc64, word[3]);
	}
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(word, p, 8);
		crc64 = __builtin_ia32_crc32di(crc64, word[0]);
	}
	crc = crc64;
	while (len--)
		crc = __builtin_ia32_crc32qi(crc, *p++);
	return crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
#ifdef __x86_64__
	static int has_instruction = -1;

	if (has_instruction < 0)
		has_instruction = !!__builtin_cpu_supports("sse4.2");
	if (has_instruction)
		return crc_by_instruction(crc, data, len);
#endif
	return crc_by_table(crc, data, len);
}
